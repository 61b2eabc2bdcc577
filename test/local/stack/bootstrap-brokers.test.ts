import type { KafkaClient } from '@aws-sdk/client-kafka';
import { expect, test } from 'vitest';
import { findBootstrapBrokers } from '../../../local/stack/bootstrap-brokers.ts';

const ARN = 'arn:aws:kafka:us-east-1:000000000000:cluster/sales/6f1c0ac2-5c3e-4d8e-9f0f-000000000000-s1';

/** A client that returns a fixed answer and records its requests. */
function stub(answer: () => unknown) {
  const requests: unknown[] = [];
  const send = async (command: { input: unknown }): Promise<unknown> => {
    requests.push(command.input);
    return answer();
  };
  return { client: { send } as unknown as Pick<KafkaClient, 'send'>, requests };
}

test('the brokers are those of the requested cluster, with IAM authentication', async () => {
  const { client, requests } = stub(() => ({
    $metadata: { httpStatusCode: 200 },
    BootstrapBrokerStringTls: 'b-1.example:9094',
    BootstrapBrokerStringSaslIam: 'b-1.example:9098,b-2.example:9098',
  }));
  expect(await findBootstrapBrokers(ARN, client)).toBe('b-1.example:9098,b-2.example:9098');
  expect(requests).toEqual([{ ClusterArn: ARN }]);
});

test.each([
  [{ BootstrapBrokerStringTls: 'b-1.example:9094' }, 'is missing; MSK returned BootstrapBrokerStringTls'],
  [{}, 'is missing; MSK returned no addresses'],
  [{ BootstrapBrokerStringSaslIam: '' }, 'Cannot find the brokers'],
])(
  'a cluster without IAM authentication is an error that names the addresses it has: %j',
  async (answer, message) => {
    const { client } = stub(() => answer);
    await expect(findBootstrapBrokers(ARN, client)).rejects.toThrow(message);
  },
);

test('an error from MSK names the cluster', async () => {
  const { client } = stub(() => {
    throw new Error('The cluster is CREATING');
  });
  await expect(findBootstrapBrokers(ARN, client)).rejects.toThrow(
    `Cannot find the brokers of ${ARN}: The cluster is CREATING`,
  );
});

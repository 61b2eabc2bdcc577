import type { KafkaClient } from '@aws-sdk/client-kafka';
import { expect, test } from 'vitest';
import { findBootstrapBrokers } from '../../../local/stack/bootstrap-brokers.ts';

const ARN = 'arn:aws:kafka:us-east-1:000000000000:cluster/sales/6f1c0ac2-5c3e-4d8e-9f0f-000000000000-s1';

/** A client that remembers what it was asked. */
function stub(answer: () => unknown) {
  const asked: unknown[] = [];
  const send = async (command: { input: unknown }): Promise<unknown> => {
    asked.push(command.input);
    return answer();
  };
  return { client: { send } as unknown as Pick<KafkaClient, 'send'>, asked };
}

test('the brokers are those for IAM, of exactly this cluster', async () => {
  const { client, asked } = stub(() => ({
    $metadata: { httpStatusCode: 200 },
    BootstrapBrokerStringTls: 'b-1.example:9094',
    BootstrapBrokerStringSaslIam: 'b-1.example:9098,b-2.example:9098',
  }));
  expect(await findBootstrapBrokers(ARN, client)).toBe('b-1.example:9098,b-2.example:9098');
  expect(asked).toEqual([{ ClusterArn: ARN }]);
});

test.each([
  [{ BootstrapBrokerStringTls: 'b-1.example:9094' }, 'but BootstrapBrokerStringTls'],
  [{}, 'but no addresses at all'],
  [{ BootstrapBrokerStringSaslIam: '' }, 'Cannot find the brokers'],
])('a cluster without IAM authentication is an error that tells what it has: %j', async (answer, message) => {
  const { client } = stub(() => answer);
  await expect(findBootstrapBrokers(ARN, client)).rejects.toThrow(message);
});

test('an error of the service names the cluster', async () => {
  const { client } = stub(() => {
    throw new Error('The cluster is CREATING');
  });
  await expect(findBootstrapBrokers(ARN, client)).rejects.toThrow(
    `Cannot find the brokers of ${ARN}: The cluster is CREATING`,
  );
});

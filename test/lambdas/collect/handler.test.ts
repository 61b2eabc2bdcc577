import type { Context } from 'aws-lambda';
import type { Kafka, Message } from 'kafkajs';
import { expect, test, vi } from 'vitest';
import { COLLECT_PATIENCE } from '../../../lambdas/collect/sales-topic.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import type { IamKafkaOptions } from '../../../lambdas/shared/platform/iam-kafka.ts';
import { httpEvent } from '../shared/http/events.ts';

const asked: IamKafkaOptions[] = [];
const sent: { topic: string; acks: number; messages: Message[] }[] = [];
const connect = vi.fn(async () => undefined);
vi.mock(import('../../../lambdas/shared/platform/iam-kafka.ts'), async (original) => ({
  ...(await original()),
  iamKafka: (options) => {
    asked.push(options);
    return {
      producer: ({ createPartitioner }: { createPartitioner: () => (args: object) => number }) => {
        const partition = createPartitioner();
        return {
          connect,
          async send(record: (typeof sent)[number]) {
            sent.push(record);
            for (const message of record.messages)
              partition({ topic: record.topic, partitionMetadata: [{ partitionId: 0, leader: 1 }], message });
            return [{ partition: 0, baseOffset: '7' }];
          },
        };
      },
    } as unknown as Kafka;
  },
}));
for (const [name, value] of Object.entries({
  [ENV.brokers]: 'b-1.example:9098',
  [ENV.topic]: 'sales',
  [ENV.fieldMap]: '{"userId":"user"}',
  [ENV.privacy]: '{}',
  [ENV.auth]: 'iam',
  AWS_REGION: 'eu-central-1',
  AWS_LAMBDA_FUNCTION_NAME: 'collect-1',
}))
  vi.stubEnv(name, value);
const { handler } = await import('../../../lambdas/collect/handler.ts');

const lines: string[] = [];
async function post(authorizer?: unknown) {
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const body = JSON.stringify([
    { userId: 'ann', productId: 'lamp' },
    { userId: 'ann', productId: 'vase' },
  ]);
  try {
    const event = httpEvent({ method: 'POST', url: '/v1/sales', body, authorizer });
    const context = { awsRequestId: 'r1', functionName: 'collect-1' } as Context;
    return await handler(event, context);
  } finally {
    output.mockRestore();
  }
}

test('a request that is not signed puts nothing on the topic, and opens no connection', async () => {
  expect((await post()).statusCode).toBe(401);
  expect([connect.mock.calls.length, sent.length]).toEqual([0, 0]);
});

test('sales are sent with acknowledgement by all in-sync replicas, under the names of the topic, and measured', async () => {
  const { statusCode, body } = await post({ iam: { userArn: 'arn:aws:iam::123456789012:role/shop' } });
  expect(statusCode).toBe(200);
  expect(JSON.parse(body).sales.map(({ address }: { address: object }) => address)).toEqual([
    { topic: 'sales', partition: 0, offset: 7 },
    { topic: 'sales', partition: 0, offset: 8 },
  ]);
  expect(asked).toEqual([
    { brokers: 'b-1.example:9098', region: 'eu-central-1', patience: COLLECT_PATIENCE },
  ]);
  expect(sent).toMatchObject([{ topic: 'sales', acks: -1, messages: [{ key: 'ann' }, { key: 'ann' }] }]);
  expect(String(sent[0]?.messages[0]?.value)).toBe('{"user":"ann","productId":"lamp"}');
  const measured = lines.map((line) => JSON.parse(line)).find((line) => line._aws);
  expect(measured).toMatchObject({ FunctionName: 'collect-1', stage: 'collect', SalesAccepted: 2 });
  expect(lines.join('')).not.toMatch(/"ann"|lamp/);
});

import type { Context } from 'aws-lambda';
import type { Kafka } from 'kafkajs';
import { beforeEach, expect, test, vi } from 'vitest';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import type { IamKafkaOptions } from '../../../lambdas/shared/platform/iam-kafka.ts';

const asked: IamKafkaOptions[] = [];
const sent: { topic: string; messages: unknown[] }[] = [];
const connect = vi.fn(async () => undefined);
vi.mock(import('../../../lambdas/shared/platform/iam-kafka.ts'), async (original) => ({
  ...(await original()),
  iamKafka: (options) => {
    asked.push(options);
    const producer = { connect, send: async (record: (typeof sent)[number]) => void sent.push(record) };
    return { producer: () => producer } as unknown as Kafka;
  },
}));
vi.stubEnv(ENV.brokers, 'b-1.example:9098,b-2.example:9098');
vi.stubEnv(ENV.topic, 'sales');
vi.stubEnv('AWS_REGION', 'eu-central-1');
const { handler } = await import('../../../lambdas/produce/handler.ts');

const lines: string[] = [];
const call = async (event: unknown): Promise<unknown> => {
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  try {
    return await handler(event, { awsRequestId: 'r1' } as Context);
  } finally {
    output.mockRestore();
  }
};

beforeEach(() => {
  lines.length = 0;
  sent.length = 0;
});

test('brokers, region and topic are read from the environment; the answer is the number of records sent', async () => {
  expect(await call({ records: [{ key: 'ann', value: 'e30=' }] })).toEqual({ sent: 1 });
  expect(asked).toEqual([{ brokers: 'b-1.example:9098,b-2.example:9098', region: 'eu-central-1' }]);
  expect(sent).toMatchObject([{ topic: 'sales', messages: [{ key: 'ann', value: Buffer.from('{}') }] }]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'info', stage: 'produce', requestId: 'r1', sent: 1, topic: 'sales' },
  ]);
});

test('a failure is logged as an error and fails the call', async () => {
  connect.mockRejectedValueOnce(new Error('Connection timeout'));
  await expect(call({ records: [] })).rejects.toThrow('Connection timeout');
  await expect(call({ sales: [] })).rejects.toThrow('Cannot produce: records: ');
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['error', 'error']);
  expect(sent).toEqual([]);
});

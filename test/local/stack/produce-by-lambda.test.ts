import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Message } from 'kafkajs';
import { expect, test } from 'vitest';
import { produce, type TopicRecord } from '../../../lambdas/produce/produce.ts';
import { MOST_BYTES, produceByLambda } from '../../../local/stack/produce-by-lambda.ts';

/** A fake Lambda service that runs the produce Lambda's real code, with a list as the topic. */
function stack(failsAtCall = Number.POSITIVE_INFINITY) {
  const topic: Message[] = [];
  const payloads: number[] = [];
  const send = async ({ input }: { input: { FunctionName: string; Payload: Uint8Array } }) => {
    expect(input.FunctionName).toBe('Shop-Produce');
    if (payloads.length === failsAtCall)
      return { FunctionError: 'Unhandled', Payload: Buffer.from('{"errorMessage":"no leader"}') };
    payloads.push(input.Payload.length);
    const sender = {
      async send({ messages }: { messages: Message[] }) {
        topic.push(...messages);
        return [];
      },
    };
    const answer = await produce(JSON.parse(Buffer.from(input.Payload).toString()), sender, 'sales');
    return { Payload: Buffer.from(JSON.stringify(answer)) };
  };
  const client = { send } as unknown as Pick<LambdaClient, 'send'>;
  return { options: { client, functionName: 'Shop-Produce' }, topic, payloads };
}

const record = (value: Buffer | null, key: string | null = 'ann'): TopicRecord => ({
  key,
  value,
  timestampMs: undefined,
});

test('records arrive unchanged: bytes that are not text, tombstones, keys beyond ASCII', async () => {
  const { options, topic } = stack();
  const records = [
    record(Buffer.from([0xff, 0])),
    record(null),
    record(Buffer.from('{}'), 'Zoë'),
    record(null, null),
  ];
  expect(await produceByLambda(records, options)).toBe(4);
  expect(topic.map(({ key, value }) => [key, value])).toEqual(records.map(({ key, value }) => [key, value]));
});

test('each call stays below the limit of Lambda, and many records become several calls, in order', async () => {
  const { options, topic, payloads } = stack();
  const progress: number[] = [];
  const records = Array.from({ length: 120_000 }, (_, n) => record(Buffer.from(`{"n":${n}}`)));
  expect(await produceByLambda(records, { ...options, onProgress: (sent) => progress.push(sent) })).toBe(
    120_000,
  );
  expect(payloads.length).toBeGreaterThan(2);
  expect(progress.at(-1)).toBe(120_000);
  expect(topic.map(({ value }) => JSON.parse(String(value)).n)).toEqual(records.map((_, n) => n));
  payloads.length = 0;
  await produceByLambda(
    Array.from({ length: 12 }, () => record(Buffer.alloc(1_000_000))),
    options,
  );
  expect(payloads).toHaveLength(4);
  expect(Math.max(...payloads)).toBeLessThanOrEqual(MOST_BYTES + 100);
});

test('without records there is no call', async () => {
  const { options, payloads } = stack();
  expect(await produceByLambda([], options)).toBe(0);
  expect(payloads).toEqual([]);
});

test('after a failed call no more are made, and the error says how many records are on the topic', async () => {
  const { options } = stack(1);
  const records = Array.from({ length: 6 }, () => record(Buffer.alloc(1_000_000)));
  await expect(produceByLambda(records, options)).rejects.toThrow(
    'Cannot produce: Shop-Produce failed: {"errorMessage":"no leader"}; earlier calls have put 3 records on the topic',
  );
});

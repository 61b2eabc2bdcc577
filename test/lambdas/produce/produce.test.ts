import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message, Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MOST_RECORDS, produce, type Sender, sendRecords } from '../../../lambdas/produce/produce.ts';
import { type Broker, createTopic, kafkaClient, startBroker } from '../../../local/pipeline/broker.ts';
import { countRecords } from '../../../local/pipeline/produce-records.ts';

/** Tests the Lambda's core with a real broker. Only the sign-in differs in the cloud. */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-produce-'));
let broker: Broker;
let producer: Producer;
beforeAll(async () => {
  broker = await startBroker(join(directory, 'kafka'));
  producer = kafkaClient(broker.bootstrap).producer({ allowAutoTopicCreation: false });
  await producer.connect();
});
afterAll(async () => {
  await producer?.disconnect();
  await broker?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Reads all records of a topic with one partition, in order. */
async function consume(
  topic: string,
  count: number,
): Promise<{ key?: string; value?: string; ms: string }[]> {
  const consumer = kafkaClient(broker.bootstrap).consumer({ groupId: `read-${topic}` });
  const found: { key?: string; value?: string; ms: string }[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  try {
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ message: { key, value, timestamp } }) => {
            found.push({
              ...(key ? { key: key.toString() } : {}),
              ...(value ? { value: value.toString('latin1') } : {}),
              ms: timestamp,
            });
            if (found.length === count) resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return found;
}

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

test('records reach the topic unchanged and in order: bytes, tombstones, missing keys, timestamps', async () => {
  await createTopic(broker.bootstrap, 'shape', 1);
  const records = [
    { key: 'ann', value: base64('{"userId":"ann","productId":"lamp"}'), timestampMs: 1_780_000_000_000 },
    { key: 'ann', value: null, timestampMs: 1_780_000_000_001 },
    { key: null, value: base64('\xff\x00'), timestampMs: 1_780_000_000_002 },
  ];
  expect(await produce({ records }, producer, 'shape')).toEqual({ sent: 3 });
  expect(await consume('shape', 3)).toEqual([
    { key: 'ann', value: '{"userId":"ann","productId":"lamp"}', ms: '1780000000000' },
    { key: 'ann', ms: '1780000000001' },
    { value: '\xff\x00', ms: '1780000000002' },
  ]);
});

test('a record without a timestamp gets the time at which it is sent', async () => {
  await createTopic(broker.bootstrap, 'now', 1);
  const beforeMs = Date.now();
  await produce({ records: [{ key: 'ann', value: base64('{}') }] }, producer, 'now');
  const [record] = await consume('now', 1);
  expect(Number(record?.ms)).toBeGreaterThanOrEqual(beforeMs);
});

test('the largest possible request is sent completely, in parts that the broker accepts', async () => {
  await createTopic(broker.bootstrap, 'large', 1);
  const value = base64('x'.repeat(100_000));
  const records = Array.from({ length: 40 }, () => ({ key: 'ann', value }));
  expect(await produce({ records }, producer, 'large')).toEqual({ sent: 40 });
  expect(await countRecords({ bootstrap: broker.bootstrap, topic: 'large' })).toBe(40);
});

test('a topic that does not exist is an error, and is not created', async () => {
  const request = { records: [{ key: 'ann', value: base64('{}') }] };
  const impatient = kafkaClient(broker.bootstrap).producer({
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
  });
  await impatient.connect();
  await expect(produce(request, impatient, 'missing')).rejects.toThrow(
    'Cannot send to missing: This server does not host this topic-partition; 0 records before it are on the topic',
  );
  await impatient.disconnect();
});

test('an empty request sends nothing', async () => {
  expect(await produce({ records: [] }, producer, 'missing')).toEqual({ sent: 0 });
});

test.each([
  [{}, 'Cannot produce: records: '],
  [null, 'Cannot produce: the request: '],
  [{ records: [{ key: 'ann', value: '{"userId":"ann"}' }] }, 'Cannot produce: records.0.value: '],
  [{ records: [{ key: 7, value: null }] }, 'Cannot produce: records.0.key: '],
  [{ records: [{ key: null, value: null, timestampMs: 1.5 }] }, 'Cannot produce: records.0.timestampMs: '],
  [{ records: [{ key: null, value: null, topic: 'other' }] }, 'Cannot produce: records.0: '],
  [
    { records: Array.from({ length: MOST_RECORDS + 1 }, () => ({ key: null, value: null })) },
    'Cannot produce: records: ',
  ],
])('an invalid request is refused before anything is sent: %#', async (request, message) => {
  await expect(produce(request, producer, 'shape')).rejects.toThrow(message);
  expect(await countRecords({ bootstrap: broker.bootstrap, topic: 'shape' })).toBe(3);
});

/** A producer that records the sizes of its sends, and fails at one of them. */
function fakeSender(failsAt = Number.POSITIVE_INFINITY) {
  const sends: Message[][] = [];
  const sender: Sender = {
    async send({ messages }) {
      if (sends.length === failsAt) throw new Error('no leader');
      sends.push(messages);
      return [];
    },
  };
  return { sender, sends };
}

const records = (count: number, bytes: number) =>
  Array.from({ length: count }, () => ({ key: null, value: Buffer.alloc(bytes), timestampMs: undefined }));

test('a send holds at most 5,000 records and 768 KiB; a single larger record goes alone', async () => {
  const { sender, sends } = fakeSender();
  const reported: number[] = [];
  const sent = await sendRecords({ sender, topic: 'sales' }, records(12_000, 10), (count) =>
    reported.push(count),
  );
  expect(sent).toBe(12_000);
  expect(sends.map(({ length }) => length)).toEqual([5000, 5000, 2000]);
  expect(reported).toEqual([5000, 10_000, 12_000]);
  sends.length = 0;
  await sendRecords({ sender, topic: 'sales' }, [...records(4, 300_000), ...records(1, 900_000)]);
  expect(sends.map(({ length }) => length)).toEqual([2, 2, 1]);
});

test('if a part fails, the error says how many records are on the topic', async () => {
  const { sender } = fakeSender(1);
  await expect(sendRecords({ sender, topic: 'sales' }, records(7000, 10))).rejects.toThrow(
    'Cannot send to sales: no leader; 5000 records before it are on the topic',
  );
});

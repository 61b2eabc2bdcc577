import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Broker, createTopic, kafkaClient, startBroker } from '../../../local/pipeline/broker.ts';
import { committedLag } from '../../../local/pipeline/lag.ts';
import { startPoller } from '../../../local/pipeline/poller.ts';
import { readAgainIntoNewBucket } from '../../../local/pipeline/read-again.ts';
import { eventually } from '../../../local/process/child.ts';

/** With a real broker, because it decides which groups can be deleted. */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-read-again-'));
const TOPIC = 'sales';
const GROUPS = ['accumulate', 'remember'];
const RECORDS = 5;
let broker: Broker;

beforeAll(async () => {
  broker = await startBroker(directory);
  await createTopic(broker.bootstrap, TOPIC, 1);
  const producer = kafkaClient(broker.bootstrap).producer();
  await producer.connect();
  await producer.send({ topic: TOPIC, messages: Array.from({ length: RECORDS }, () => ({ value: '{}' })) });
  await producer.disconnect();
  for (const groupId of GROUPS) await readAll(groupId);
});
afterAll(async () => {
  await broker.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Reads the topic to its end, as the pollers do. */
async function readAll(groupId: string): Promise<void> {
  const poller = await startPoller({
    ...{ bootstrap: broker.bootstrap, topic: TOPIC, groupId, windowMs: 50 },
    eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/local/test',
    invoke: async () => undefined,
  });
  try {
    await eventually(async () => {
      const lag = await poller.lag();
      if (lag > 0) throw new Error(`${lag} records are not committed`);
    }, AbortSignal.timeout(60_000));
  } finally {
    await poller.stop();
  }
}

const readInto = (bucket: string): Promise<boolean> =>
  readAgainIntoNewBucket({ bootstrap: broker.bootstrap, directory, bucket, groups: GROUPS });
const lags = (): Promise<number[]> =>
  Promise.all(GROUPS.map((groupId) => committedLag({ bootstrap: broker.bootstrap, topic: TOPIC, groupId })));

test('as long as the bucket is the same, nothing is read again; into a new one, the topic is read again by all pollers', async () => {
  expect(await readInto('one')).toBe(false);
  expect(await readInto('one')).toBe(false);
  expect(await lags()).toEqual([0, 0]);
  expect(await readInto('two')).toBe(true);
  expect(await lags()).toEqual([RECORDS, RECORDS]);
  expect(await readInto('two')).toBe(false);
});

test('a poller that was killed holds its group until its session ends; this is waited for', async () => {
  const consumer = kafkaClient(broker.bootstrap).consumer({ groupId: 'accumulate', sessionTimeout: 6_000 });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  const { promise: joined, resolve } = Promise.withResolvers<void>();
  consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  await consumer.run({ eachMessage: async () => undefined });
  await joined;
  const again = readInto('three');
  const first = await Promise.race([again, new Promise((wait) => setTimeout(wait, 1_000, 'waits'))]);
  expect(first).toBe('waits');
  await consumer.disconnect();
  expect(await again).toBe(true);
  expect((await lags())[0]).toBe(RECORDS);
});

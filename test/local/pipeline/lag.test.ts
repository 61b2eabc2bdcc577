import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Broker, createTopic, kafkaClient, startBroker } from '../../../local/pipeline/broker.ts';
import { committedLag, lagOf } from '../../../local/pipeline/lag.ts';
import { produceRecords } from '../../../local/pipeline/produce-records.ts';
import { eventually } from '../../../local/process/child.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-lag-'));
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker(join(directory, 'kafka'));
});
afterAll(async () => {
  await broker.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('the lag counts what a group has not committed: all records at first, then the rest of each partition, then none', async () => {
  const reader = { bootstrap: broker.bootstrap, topic: 'sales', groupId: 'accumulate' };
  await createTopic(broker.bootstrap, reader.topic, 2);
  // A new broker answers only after it has loaded its groups.
  expect(await eventually(() => committedLag(reader), AbortSignal.timeout(10_000))).toBe(0);
  const records = Array.from({ length: 100 }, (_, n) => ({
    key: `u${n}`,
    value: Buffer.from('{}'),
    timestampMs: undefined,
  }));
  await produceRecords(reader, records);
  expect(await committedLag(reader)).toBe(100);

  const admin = kafkaClient(broker.bootstrap).admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(reader.topic);
  const commit = (offsets: readonly number[]) =>
    admin.setOffsets({
      ...reader,
      partitions: offsets.map((offset, partition) => ({ partition, offset: String(offset) })),
    });
  const high = (partition: number): number =>
    Number(ends.find((end) => end.partition === partition)?.high ?? 0);
  await commit([7]);
  expect(await committedLag(reader)).toBe(93);
  await commit([high(0), high(1)]);
  expect(await committedLag(reader)).toBe(0);
  expect(await committedLag({ ...reader, groupId: 'another' })).toBe(100);
  await admin.disconnect();
});

test('a topic that does not exist is an error', async () => {
  await expect(
    committedLag({ bootstrap: broker.bootstrap, topic: 'none', groupId: 'accumulate' }),
  ).rejects.toThrow('topic');
});

const fakeAdmin = (partitions: { partition: number; low: string; high: string }[], committed: string[]) => ({
  fetchTopicOffsets: async () => partitions.map((ends) => ({ ...ends, offset: ends.high })),
  fetchOffsets: async () => [
    {
      topic: 'sales',
      partitions: committed.map((offset, partition) => ({ partition, offset, metadata: null })),
    },
  ],
});
const SALES = { topic: 'sales', groupId: 'accumulate' };

test('records that the broker has deleted by age do not count', async () => {
  const ends = [
    { partition: 0, low: '60', high: '100' },
    { partition: 1, low: '10', high: '30' },
  ];
  expect(await lagOf(fakeAdmin(ends, ['50', '-1']), SALES)).toBe(60);
});

test('commits past the ends that were read do not reduce the lag of another partition', async () => {
  const ends = [
    { partition: 0, low: '0', high: '5' },
    { partition: 1, low: '0', high: '5' },
  ];
  expect(await lagOf(fakeAdmin(ends, ['8', '1']), SALES)).toBe(4);
});

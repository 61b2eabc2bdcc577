import { expect, test } from 'vitest';
import { workOnErasures } from '../../../lambdas/forget/worker.ts';
import { SweepRecord, sweepRecordKey } from '../../../lambdas/shared/contract/erasure.ts';
import { rejectedKey } from '../../../lambdas/shared/contract/keys.ts';
import { readJson } from '../../../lambdas/shared/platform/lake.ts';
import { recordingLog } from '../log.ts';
import {
  batch,
  forget,
  NOW,
  range,
  rejectedLine,
  sampleBucket,
  usersIn,
  workEndingEarly,
  workerParts,
} from './sample-bucket.ts';

/** A shop that has forgotten users, a minute ago. */
async function forgotten(...users: string[]) {
  const bucket = sampleBucket();
  await forget(bucket, ...users);
  bucket.nowMs = NOW + 60_000;
  return bucket;
}
const later = { nowMs: () => NOW + 120_000 };

test('a sweep takes what a replay of the topic has stored again, and records it', async () => {
  const bucket = await forgotten('1');
  const [key, bytes] = batch(20, ['1', '2', '3', '11']);
  bucket.put(key, bytes);
  expect((await workOnErasures(true, { ...workerParts(bucket), ...later })).state).toBe('idle');
  expect(await usersIn(bucket.bytes(key))).toEqual(['2', '3', '11']);
  expect(bucket.objects.get(key)).toHaveLength(1);
  const record = await readJson(bucket.lake, sweepRecordKey(1), SweepRecord);
  expect(record).toMatchObject({ sweep: 1, through: 1, changes: [{ key, action: 'changed' }] });
  expect([...bucket.objects.keys()].filter((name) => /notes|progress/.test(name))).toEqual([]);
});

test.each([
  ['in its field', '1', '{"userId":"1"}'],
  ['as a number', '1', '{"userId":1}'],
  ['in a field that no sale has', 'leaving-7', '{"customer":{"id":"leaving-7"}}'],
  ['as a word of what is not JSON', 'leaving-7', 'bought: lamp, by leaving-7;'],
])('a rejected record that names a forgotten user %s is masked', async (_, user, value) => {
  const bucket = await forgotten(user);
  const key = rejectedKey(range(20));
  bucket.put(key, rejectedLine(20, value) + rejectedLine(21, '{"userId":"11"}'));
  await workOnErasures(true, { ...workerParts(bucket), ...later });
  const values = bucket.bytes(key).toString().trimEnd().split('\n');
  expect(values.map((line) => JSON.parse(line).erased)).toEqual([true, undefined]);
  const record = await readJson(bucket.lake, sweepRecordKey(1), SweepRecord);
  expect(record?.changes.map((change) => change.key)).toEqual([key]);
});

test('without new objects, a sweep only saves its progress', async () => {
  const bucket = await forgotten('1');
  bucket.nowMs = NOW + 600_000;
  const before = bucket.state((key) => key !== 'erasures/swept.json');
  await workOnErasures(true, { ...workerParts(bucket), nowMs: () => NOW + 600_000 });
  expect(bucket.state((key) => key !== 'erasures/swept.json')).toEqual(before);
  expect(JSON.parse(bucket.bytes('erasures/swept.json').toString())).toEqual({ startedAtMs: NOW + 600_000 });
});

test('a sweep over more than a worker can read continues where it stopped', async () => {
  const bucket = await forgotten('1', '2');
  const keys = Array.from({ length: 150 }, (_, index) => {
    const users =
      index === 0 ? ['1', '3', '3', '3'] : index === 149 ? ['2', '3', '3', '3'] : ['3', '3', '3', '3'];
    const [key, bytes] = batch(100 + 4 * index, users);
    bucket.put(key, bytes);
    return key;
  });
  const calls = await workEndingEarly(workerParts(bucket), { sweeps: true, mostReads: 120 });
  expect(calls).toBeLessThan(8);
  for (const key of [keys[0], keys[149]])
    expect(await usersIn(bucket.bytes(key ?? ''))).toEqual(['3', '3', '3']);
  expect([...bucket.objects.keys()].filter((name) => /notes|progress/.test(name))).toEqual([]);
});

test('an object that cannot be read is logged, and the others are swept', async () => {
  const bucket = await forgotten('1');
  const [key, bytes] = batch(20, ['1', '2', '3', '11']);
  bucket.put(batch(16, [])[0], 'no Parquet');
  bucket.put(key, bytes);
  const log = recordingLog();
  await workOnErasures(true, { ...workerParts(bucket), ...later, log });
  expect(await usersIn(bucket.bytes(key))).toEqual(['2', '3', '11']);
  expect(log.lines.filter(({ level }) => level === 'error')).toContainEqual(
    expect.objectContaining({ object: batch(16, [])[0], fault: 'Error' }),
  );
});

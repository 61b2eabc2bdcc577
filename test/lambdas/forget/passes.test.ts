import { expect, test } from 'vitest';
import { requestErasure } from '../../../lambdas/erasures/request.ts';
import { workOnErasures } from '../../../lambdas/forget/worker.ts';
import { PROGRESS_KEY, Progress } from '../../../lambdas/shared/contract/erasure.ts';
import type { VersionedLake } from '../../../local/lake/versioned-lake.ts';
import { batch, NOW, receiptOf, sampleBucket, usersIn, workerParts } from './sample-bucket.ts';

/** Stores a batch with the user 1 each time that the worker begins a search, up to a limit. @returns The keys. */
function storeBeforeSearches(bucket: VersionedLake, most: number): string[] {
  const keys: string[] = [];
  bucket.afterChange = (operation, name) => {
    if (operation !== 'replace' || name !== PROGRESS_KEY || keys.length === most) return;
    const { step, after } = Progress.parse(JSON.parse(bucket.bytes(PROGRESS_KEY).toString()));
    if (step !== 'scan' || after !== '') return;
    const [key, bytes] = batch(100 + 4 * keys.length, ['1', '2', '1', '3']);
    keys.push(key);
    bucket.put(key, bytes);
  };
  return keys;
}

test('a sale that is stored after the last pass is removed by another one, and the receipt finds nothing', async () => {
  const bucket = sampleBucket();
  const parts = workerParts(bucket);
  await requestErasure(['1'], 'a test', parts);
  const keys = storeBeforeSearches(bucket, 1);
  await workOnErasures(false, parts);
  expect(await usersIn(bucket.bytes(keys[0] ?? ''))).toEqual(['2', '3']);
  const { scan, changes } = await receiptOf(bucket, 1);
  expect(scan.found).toEqual([]);
  expect(changes?.map(({ key }) => key)).toContain(keys[0]);
});

test('sales that come again and again are left to the sweep after three searches, and the receipt says where they are', async () => {
  const bucket = sampleBucket();
  const parts = workerParts(bucket);
  await requestErasure(['1'], 'a test', parts);
  const keys = storeBeforeSearches(bucket, 9);
  await workOnErasures(false, parts);
  expect(keys).toHaveLength(3);
  expect((await receiptOf(bucket, 1)).scan.found).toEqual([keys[2]]);
  bucket.nowMs = NOW;
  await workOnErasures(true, parts);
  for (const key of keys) expect(await usersIn(bucket.bytes(key))).toEqual(['2', '3']);
});

test('an object that was stored before the last pass and cannot be read is searched once', async () => {
  const bucket = sampleBucket();
  bucket.nowMs = NOW - 3_600_000;
  bucket.put(batch(40, [])[0], 'no Parquet');
  const parts = workerParts(bucket);
  await requestErasure(['1'], 'a test', parts);
  let searches = 0;
  bucket.afterChange = (operation, key) => {
    if (operation !== 'replace' || key !== PROGRESS_KEY) return;
    const { step, after } = Progress.parse(JSON.parse(bucket.bytes(PROGRESS_KEY).toString()));
    if (step === 'scan' && after === '') searches++;
  };
  await workOnErasures(false, parts);
  expect((await receiptOf(bucket, 1)).scan.found).toEqual([batch(40, [])[0]]);
  expect(searches).toBe(1);
});

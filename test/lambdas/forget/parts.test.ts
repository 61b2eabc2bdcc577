import { expect, test } from 'vitest';
import { requestErasure } from '../../../lambdas/erasures/request.ts';
import { workOnErasures } from '../../../lambdas/forget/worker.ts';
import { PROGRESS_KEY, Progress } from '../../../lambdas/shared/contract/erasure.ts';
import { readJson } from '../../../lambdas/shared/platform/lake.ts';
import { receiptOf, sampleBucket, workEndingEarly, workerParts } from './sample-bucket.ts';

/** An attempt with more files than a part has. */
const FILES = 150;
const keyOf = (index: number): string =>
  `runs/00000002/00000001/recommendations-${String(index).padStart(8, '0')}.csv`;

function longRun() {
  const bucket = sampleBucket();
  for (let index = 0; index < FILES; index++)
    bucket.put(keyOf(index), `user,product,list,rank,score\n1,${index},any,1,0.5\n2,1,any,1,0.5\n`);
  return bucket;
}

test('an attempt that takes longer than a worker has is done in parts', async () => {
  const bucket = longRun();
  const parts = workerParts(bucket);
  await requestErasure(['1'], 'a test', parts);
  // Fewer reads than the attempt has files.
  const calls = await workEndingEarly(parts, { sweeps: false, mostReads: 120 });
  expect(calls).toBeLessThan(8);
  const { scan, objects } = await receiptOf(bucket, 1);
  expect(scan.found).toEqual([]);
  expect(objects.changed).toBeGreaterThan(FILES);
  for (let index = 0; index < FILES; index++)
    expect(bucket.bytes(keyOf(index)).toString()).toBe('user,product,list,rank,score\n2,1,any,1,0.5\n');
  // The last search counts each object once.
  expect(scan.objects).toBe(bucket.keys().filter((key) => !key.startsWith('erasures/')).length);
});

test('a worker that is late stops between two parts of an attempt, and holds the work until then', async () => {
  const bucket = longRun();
  const parts = workerParts(bucket);
  await requestErasure(['1'], 'a test', parts);
  const isInside = () =>
    bucket.objects.get(keyOf(63))?.[0]?.bytes?.includes('1,63,') === false &&
    bucket.objects.get(keyOf(64))?.[0]?.bytes?.includes('1,64,') === true;
  expect((await workOnErasures(false, { ...parts, isLate: isInside })).state).toBe('more');
  expect(await readJson(bucket.lake, PROGRESS_KEY, Progress)).toMatchObject({ within: keyOf(64) });
  expect((await workOnErasures(false, parts)).finished).toEqual([1]);
});

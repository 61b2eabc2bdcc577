import { expect, test } from 'vitest';
import type { Version, VersionedBucket } from '../../../lambdas/forget/bucket.ts';
import { unitsOf } from '../../../lambdas/forget/units.ts';

const version = (key: string): Version => ({
  ...{ key, versionId: 'v1', isLatest: true, isMarker: false, sizeBytes: 1, storedAtMs: 0 },
});

/** Returns the keys of each unit. @param keys Of the objects in the bucket, sorted. */
async function unitsIn(keys: readonly string[]): Promise<string[][]> {
  const bucket: Pick<VersionedBucket, 'versions'> = {
    async *versions() {
      yield* keys.map(version);
    },
  };
  const units: string[][] = [];
  for await (const { histories } of unitsOf(bucket, '', '')) units.push(histories.map(({ key }) => key));
  return units;
}

test('all files of an attempt, and all charts of a run, are a unit of their own', async () => {
  const charts = ['charts/00000001/a.svg', 'charts/00000001/index.html'];
  const attempts = [1, 2].map((run) => [`runs/0000000${run}/00000001/a`, `runs/0000000${run}/00000001/b`]);
  expect(
    await unitsIn([
      'attempts/1',
      ...charts,
      'charts/index.html',
      'receipts/1',
      ...attempts.flat(),
      'windows/1',
    ]),
  ).toEqual([['attempts/1'], charts, ['charts/index.html', 'receipts/1'], ...attempts, ['windows/1']]);
});

test('other objects are units of 64', async () => {
  const keys = Array.from({ length: 65 }, (_, index) => `rejected/${100 + index}`);
  expect(await unitsIn(keys)).toEqual([keys.slice(0, 64), keys.slice(64)]);
});

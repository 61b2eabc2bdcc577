import { expect, test } from 'vitest';
import { requestErasure } from '../../../lambdas/erasures/request.ts';
import { PROGRESS_KEY } from '../../../lambdas/shared/contract/erasure.ts';
import {
  CURRENT_KEY,
  chartsOf,
  erasureKey,
  manifestKey,
  tombstonesKey,
  windowKey,
} from '../../../lambdas/shared/contract/keys.ts';
import type { RestorableBucket } from '../../../local/lake/restorable-bucket.ts';
import { type RestoreParts, restoreBelow } from '../../../local/lake/restore.ts';
import type { VersionedLake } from '../../../local/lake/versioned-lake.ts';
import {
  batch,
  forget,
  LISTS_KEY,
  NOW,
  sampleBucket,
  usersIn,
  workerParts,
} from '../../lambdas/forget/sample-bucket.ts';

/** What `npm run restore` does, in a bucket in memory whose users are forgotten by the real worker. */

const HISTORY = /^1,/m;
const [SALES] = batch(0, []);

function partsOf(lake: VersionedLake): RestoreParts & { readonly bucket: RestorableBucket } {
  return {
    lake: lake.lake,
    bucket: {
      ...{ versions: lake.bucket.versions, removeVersion: lake.bucket.removeVersion },
      get: lake.bucket.content,
      async create(key, { bytes }) {
        const isCreated = await lake.lake.create(key, bytes, 'text/plain');
        return isCreated ? lake.objects.get(key)?.[0]?.versionId : undefined;
      },
    },
  };
}

/** Deletes objects, as a person does by mistake. */
const remove = (lake: VersionedLake, ...keys: readonly string[]): void => {
  for (const key of keys) lake.mark(key);
};

test('every deleted object below the prefix gets its newest version back, and all others stay as they are', async () => {
  const lake = sampleBucket();
  const before = lake.bytes(SALES);
  const others = lake.state((key) => !key.startsWith('interactions/'));
  remove(lake, SALES, batch(4, [])[0]);
  // This one was deleted and stored again.
  const again = batch(8, ['2']);
  lake.mark(again[0]);
  lake.put(...again);
  // Only a marker is left of this one.
  lake.mark('interactions/expired.parquet');
  const parts = partsOf(lake);

  const dry = await restoreBelow('interactions/', { ...parts, dryRun: true });
  expect(dry.restored).toEqual([SALES, batch(4, [])[0]]);
  expect(lake.keys('interactions/')).toEqual([again[0]]);

  const result = await restoreBelow('interactions/', parts);
  expect(result).toEqual({
    ...dry,
    refused: [
      { key: 'interactions/expired.parquet', reason: expect.stringContaining('no version of it is left') },
    ],
  });
  expect(lake.bytes(SALES)).toEqual(before);
  expect(result.bytes).toBe(before.length + lake.bytes(batch(4, [])[0]).length);
  expect(lake.state((key) => !key.startsWith('interactions/'))).toEqual(others);
  expect((await restoreBelow('interactions/', parts)).restored).toEqual([]);
});

test('an object that exists again when it should be written stays as it is', async () => {
  const lake = sampleBucket();
  remove(lake, windowKey(1));
  const { bucket, ...parts } = partsOf(lake);
  const late: RestorableBucket = {
    ...bucket,
    async get(key, versionId) {
      lake.put(key, 'newer');
      return bucket.get(key, versionId);
    },
  };
  const { restored, refused } = await restoreBelow(windowKey(1), { ...parts, bucket: late });
  expect([restored, refused]).toEqual([
    [],
    [{ key: windowKey(1), reason: 'it exists again, and stays as it is' }],
  ]);
  expect(lake.bytes(windowKey(1)).toString()).toBe('newer');
});

test('a file of a run is restored only if the manifest describes it as it is', async () => {
  const lake = sampleBucket();
  const before = lake.bytes(LISTS_KEY);
  remove(lake, LISTS_KEY, manifestKey(1));
  const parts = partsOf(lake);
  const reasons = async (below: string) =>
    (await restoreBelow(below, parts)).refused.map(({ key, reason }) => `${key}: ${reason}`);
  expect(await reasons(LISTS_KEY)).toEqual([
    `${LISTS_KEY}: ${manifestKey(1)}, which describes it, is missing; restore that first`,
  ]);
  expect((await restoreBelow(manifestKey(1), parts)).restored).toEqual([manifestKey(1)]);
  // The sample has a second file, which is deleted and not in the manifest.
  const { restored, refused } = await restoreBelow('runs/', parts);
  expect([restored, refused]).toEqual([
    [LISTS_KEY],
    [{ key: expect.stringContaining('00000002.csv'), reason: expect.stringContaining('does not name it') }],
  ]);
  expect(lake.bytes(LISTS_KEY)).toEqual(before);

  lake.put(LISTS_KEY, 'damaged');
  remove(lake, LISTS_KEY);
  expect(await reasons(LISTS_KEY)).toEqual([expect.stringContaining('is not the file that')]);
});

test('what was forgotten does not come back: in the order delete, forget, restore', async () => {
  const lake = sampleBucket();
  remove(lake, SALES, LISTS_KEY);
  lake.put(`${chartsOf(1)}index.html`, '<h1>user 1</h1>');
  remove(lake, `${chartsOf(1)}index.html`);
  await forget(lake, '1');
  for (const below of ['interactions/', 'runs/', 'charts/', 'rejected/', 'erasures/', 'tombstones/'])
    expect((await restoreBelow(below, partsOf(lake))).restored, below).toEqual([]);
  expect(lake.keys('interactions/')).toEqual([batch(4, [])[0]]);
  const [page] = (await restoreBelow('charts/', partsOf(lake))).refused;
  expect(page?.reason).toContain('may show them');
});

test('what was forgotten does not come back: in the order forget, delete, restore', async () => {
  const lake = sampleBucket();
  await forget(lake, '1');
  const lists = lake.bytes(LISTS_KEY).toString();
  remove(lake, SALES, LISTS_KEY);
  expect((await restoreBelow('interactions/', partsOf(lake))).restored).toEqual([SALES]);
  expect(await usersIn(lake.bytes(SALES))).toEqual(['11', '2']);
  expect((await restoreBelow('runs/', partsOf(lake))).restored).toEqual([LISTS_KEY]);
  expect(lake.bytes(LISTS_KEY).toString()).toBe(lists);
  expect(lists).not.toMatch(HISTORY);
});

test('nothing that may hold a user is restored while an erasure is open, and what cannot hold one is', async () => {
  const lake = sampleBucket();
  remove(lake, SALES, windowKey(1));
  lake.put(CURRENT_KEY, '{}');
  remove(lake, CURRENT_KEY);
  await requestErasure(['1'], 'a test', workerParts(lake));
  const { restored, refused } = await restoreBelow('interactions/', partsOf(lake));
  expect([restored, refused]).toEqual([
    [],
    [{ key: SALES, reason: expect.stringContaining('erasure 1 is not finished') }],
  ]);
  for (const key of [windowKey(1), CURRENT_KEY])
    expect((await restoreBelow(key, partsOf(lake))).restored).toEqual([key]);
});

test('a request whose tombstones are not yet written counts as an open erasure', async () => {
  const lake = sampleBucket();
  remove(lake, SALES);
  await requestErasure(['1'], 'a test', workerParts(lake));
  const [tombstones] = lake.objects.get(tombstonesKey(1)) ?? [];
  await lake.bucket.removeVersion(tombstonesKey(1), tombstones?.versionId ?? '');
  const { refused } = await restoreBelow(SALES, partsOf(lake));
  expect(refused).toEqual([{ key: SALES, reason: expect.stringContaining('erasure 1 is not finished') }]);
});

test('without all tombstones and receipts nothing that may hold a user is restored; these come first', async () => {
  const lake = sampleBucket();
  await forget(lake, '1');
  remove(lake, SALES, tombstonesKey(1), erasureKey(1));
  const reason = async () => (await restoreBelow(SALES, partsOf(lake))).refused[0]?.reason;
  expect(await reason()).toContain('restore --below tombstones/ first');
  expect((await restoreBelow('tombstones/', partsOf(lake))).restored).toEqual([tombstonesKey(1)]);
  expect(await reason()).toContain('erasure 1 is not finished');
  expect((await restoreBelow(erasureKey(1), partsOf(lake))).restored).toEqual([erasureKey(1)]);
  expect((await restoreBelow(SALES, partsOf(lake))).restored).toEqual([SALES]);
});

test('if users are asked to be forgotten while an object is restored, its new version is removed again', async () => {
  const lake = sampleBucket();
  remove(lake, SALES);
  const versions = lake.objects.get(SALES)?.length;
  const { bucket, ...parts } = partsOf(lake);
  const slow: RestorableBucket = {
    ...bucket,
    async create(key, object) {
      await requestErasure(['1'], 'a test', workerParts(lake));
      return bucket.create(key, object);
    },
  };
  await expect(restoreBelow(SALES, { ...parts, bucket: slow })).rejects.toThrow(
    'users were asked to be forgotten in the meantime',
  );
  expect(lake.keys('interactions/')).toEqual([batch(4, [])[0]]);
  expect(lake.objects.get(SALES)).toHaveLength(versions ?? 0);
});

test('an object in which an erasure still found a user stays deleted', async () => {
  const lake = sampleBucket();
  const receipt = await forget(lake, '2');
  lake.put(erasureKey(1), JSON.stringify({ ...receipt, scan: { ...receipt.scan, found: [SALES] } }));
  remove(lake, SALES);
  const { refused } = await restoreBelow(SALES, partsOf(lake));
  expect(refused).toEqual([{ key: SALES, reason: expect.stringContaining('found a forgotten user in it') }]);
});

test.each([
  ['logs/a/stderr', 'may have expired'],
  ['rejected/x.ndjson', 'may have expired'],
  [PROGRESS_KEY, 'forget removes such objects itself'],
])('%s is refused: %s', async (key, reason) => {
  const lake = sampleBucket();
  lake.put(key, '-');
  remove(lake, key);
  const { restored, refused } = await restoreBelow(key, partsOf(lake));
  expect([restored, refused]).toEqual([[], [{ key, reason: expect.stringContaining(reason) }]]);
});

test('a page that was drawn after the last erasure is restored', async () => {
  const lake = sampleBucket();
  await forget(lake, '1');
  lake.nowMs = NOW + 1000;
  const key = `${chartsOf(1)}index.html`;
  lake.put(key, '<h1>11</h1>');
  remove(lake, key);
  expect((await restoreBelow('charts/', partsOf(lake))).restored).toEqual([key]);
});

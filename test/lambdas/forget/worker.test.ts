import { describe, expect, test } from 'vitest';
import { requestErasure } from '../../../lambdas/erasures/request.ts';
import { removeAll } from '../../../lambdas/forget/bucket.ts';
import { openErasures, workOnErasures } from '../../../lambdas/forget/worker.ts';
import { ErasedObject, erasureRequestKey } from '../../../lambdas/shared/contract/erasure.ts';
import { attemptKey, manifestKey, windowKey } from '../../../lambdas/shared/contract/keys.ts';
import { Manifest, Window } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { createPersonIds } from '../../../lambdas/shared/privacy/person-ids.ts';
import type { VersionedLake } from '../../../local/lake/versioned-lake.ts';
import {
  batch,
  forget,
  KEY,
  LISTS_KEY,
  NOW,
  receiptOf,
  sampleBucket,
  usersIn,
  workerParts,
} from './sample-bucket.ts';

/** Objects of the work and receipts differ in times and numbers, so comparisons leave them out. */
const isOfOthers = (key: string): boolean => !key.startsWith('erasures/');

describe('a user is forgotten', () => {
  test('in sales, rejected records and lists; the user 11 and the product 1 stay', async () => {
    const bucket = sampleBucket();
    const { scan } = await forget(bucket, '1');
    expect(await usersIn(bucket.bytes(batch(0, [])[0]))).toEqual(['11', '2']);
    expect(await usersIn(bucket.bytes(batch(4, [])[0]))).toEqual(['11', '2', '2', '3']);
    expect(bucket.bytes(LISTS_KEY).toString()).toBe('user,product,list,rank,score\n11,1,any,1,0.5\n');
    const [rejected = ''] = bucket.keys('rejected/');
    const values = bucket
      .bytes(rejected)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).value);
    expect(values).toEqual([undefined, Buffer.from('{"userId":"11","quantity":1}').toString('base64')]);
    expect(scan.found).toEqual([]);
  });

  test('and with them all older versions that hold the user, and a deleted object', async () => {
    const bucket = sampleBucket();
    await forget(bucket, '1');
    for (const [key, versions] of bucket.objects)
      for (const { bytes } of versions)
        if (bytes && key.endsWith('.csv')) expect(bytes.toString(), key).not.toMatch(/^1,/m);
    expect(bucket.objects.get(LISTS_KEY)).toHaveLength(1);
  });

  test('objects without the user are not written again', async () => {
    const bucket = sampleBucket();
    const before = bucket.state((key) => key === batch(4, [])[0] || key.startsWith('logs/'));
    await forget(bucket, '1');
    expect(bucket.state((key) => key === batch(4, [])[0] || key.startsWith('logs/'))).toEqual(before);
  });

  test('sales after the request are those of a new user and stay', async () => {
    const bucket = sampleBucket();
    const [key, bytes] = batch(12, ['1', '2', '3', '1'], NOW + 1);
    bucket.put(key, bytes);
    await forget(bucket, '1');
    expect(await usersIn(bucket.bytes(key))).toEqual(['1', '2', '3', '1']);
  });

  test('a run that left the user out may hold the new one', async () => {
    const bucket = sampleBucket(1);
    const before = bucket.bytes(LISTS_KEY);
    await forget(bucket, '1');
    expect(bucket.bytes(LISTS_KEY)).toEqual(before);
  });

  test('the manifest describes the file as it is, and has what it was', async () => {
    const bucket = sampleBucket();
    const before = Manifest.parse(JSON.parse(bucket.bytes(manifestKey(1)).toString()));
    await forget(bucket, '1');
    const after = Manifest.parse(JSON.parse(bucket.bytes(manifestKey(1)).toString()));
    const { sizeBytes, rows, sha256 } = before.files[0] ?? { sizeBytes: 0, rows: 0, sha256: '' };
    expect(after.erased).toEqual([
      {
        erasure: 1,
        name: 'recommendations.csv',
        before: { sizeBytes, rows, sha256 },
        after: expect.objectContaining({ rows: 1, sizeBytes: bucket.bytes(LISTS_KEY).length }),
      },
    ]);
    expect({ ...after, files: [], erased: [] }).toEqual({ ...before, files: [], erased: [] });
  });

  test('an unknown user leaves everything as it is', async () => {
    const bucket = sampleBucket();
    const before = bucket.state(isOfOthers);
    const { objects } = await forget(bucket, 'ghost');
    expect(objects).toMatchObject({ changed: 0, deleted: 0, versionsDeleted: 0 });
    expect(bucket.state((key) => isOfOthers(key) && !key.startsWith('tombstones/'))).toEqual(before);
  });
});

describe('where ids are keyed', () => {
  const ids = createPersonIds('keyed', KEY);

  test('a request with the id of the shop forgets the pseudonym that is stored, and writes neither', async () => {
    const bucket = sampleBucket();
    const [key, bytes] = batch(60, ['ann', 'bob', 'ann', 'eve'].map(ids.stored));
    bucket.put(key, bytes);
    bucket.put(LISTS_KEY, `user,product,list,rank,score\n${ids.stored('ann')},1,any,1,0.5\n`);
    const parts = { ...workerParts(bucket), ids, hasPseudonyms: true };
    await requestErasure(['ann'], 'a test', parts);
    expect((await workOnErasures(false, parts)).finished).toEqual([1]);
    expect(await usersIn(bucket.bytes(key))).toEqual([ids.stored('bob'), ids.stored('eve')]);
    expect(bucket.bytes(LISTS_KEY).toString()).toBe('user,product,list,rank,score\n');
    const { users, scan, changes } = await receiptOf(bucket, 1);
    expect(users).toEqual([KEY.forgottenHash(ids.stored('ann'))]);
    expect([scan.found, changes?.map((line) => line.key)]).toEqual([[], expect.arrayContaining([key])]);
    for (const [name, versions] of bucket.objects)
      for (const { bytes: stored } of versions) {
        expect(stored?.toString() ?? '', name).not.toContain(ids.stored('ann'));
        expect(stored?.toString() ?? '', name).not.toMatch(/\bann\b/);
      }
  });

  test('a sweep recognises the pseudonym', async () => {
    const bucket = sampleBucket();
    const parts = { ...workerParts(bucket), ids, hasPseudonyms: true };
    await requestErasure(['ann'], 'a test', parts);
    await workOnErasures(false, parts);
    const [key, bytes] = batch(60, ['ann', 'bob', 'ann', 'eve'].map(ids.stored));
    bucket.put(key, bytes);
    await workOnErasures(true, parts);
    expect(await usersIn(bucket.bytes(key))).toEqual([ids.stored('bob'), ids.stored('eve')]);
  });
});

describe('the receipt', () => {
  test('lists what was changed with the hashes before and after, and has the hash of the user instead of the id', async () => {
    const bucket = sampleBucket();
    const receipt = await forget(bucket, 'a user of some length', '1');
    expect(receipt).toMatchObject({
      ...{ requestedBy: 'a test', requestedAtMs: NOW, keyCheck: KEY.check, together: [1] },
      users: [KEY.forgottenHash('a user of some length'), KEY.forgottenHash('1')].sort(),
      objects: { changed: 4, deleted: 0 },
    });
    expect(receipt.changes?.filter(({ action }) => action === 'changed').map(({ key }) => key)).toEqual([
      batch(0, [])[0],
      manifestKey(1),
      expect.stringMatching(/^rejected\//),
      LISTS_KEY,
    ]);
    expect(JSON.stringify(receipt)).not.toContain('a user of some length');
    for (const [key, versions] of bucket.objects)
      for (const { bytes } of versions)
        expect(bytes?.toString() ?? '', key).not.toContain('a user of some length');
  });

  test('its parts have a line for each object that was read', async () => {
    const bucket = sampleBucket();
    const { parts, objects } = await forget(bucket, '1');
    const lines = parts.flatMap((key) =>
      bucket
        .bytes(key)
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => ErasedObject.parse(JSON.parse(line))),
    );
    expect(lines.filter(({ action }) => action !== 'versionDeleted')).toHaveLength(objects.read);
    expect(lines.filter(({ action }) => action === 'kept').map(({ key }) => key)).toContain(batch(4, [])[0]);
  });

  test('nothing of the work is left', async () => {
    const bucket = sampleBucket();
    await forget(bucket, '1');
    expect([...bucket.objects.keys()].filter((key) => key.startsWith('erasures/')).sort()).toEqual([
      'erasures/00000001.json',
      'erasures/00000001/objects-00000001.ndjson',
    ]);
  });

  test('an object that cannot be read is reported as found, and the others go on', async () => {
    const bucket = sampleBucket();
    bucket.put(batch(40, [])[0], 'no Parquet');
    const { scan } = await forget(bucket, '1');
    expect(scan.found).toEqual([batch(40, [])[0]]);
    expect(await usersIn(bucket.bytes(batch(0, [])[0]))).toEqual(['11', '2']);
  });
});

describe('several requests', () => {
  test('are done in the same passes, each with a receipt of its own', async () => {
    const bucket = sampleBucket();
    const parts = workerParts(bucket);
    for (const user of ['1', '2', '1']) await requestErasure([user], 'a test', parts);
    expect((await workOnErasures(false, parts)).finished).toEqual([1, 2, 3]);
    expect((await receiptOf(bucket, 3)).together).toEqual([1, 2, 3]);
    expect(await usersIn(bucket.bytes(batch(0, [])[0]))).toEqual(['11']);
    expect(await openErasures(bucket.lake)).toEqual([]);
  });

  test('a request during the work is done by the same call', async () => {
    const bucket = sampleBucket();
    const parts = workerParts(bucket);
    await requestErasure(['1'], 'a test', parts);
    bucket.afterChange = (operation) => {
      if (operation !== 'rewrite') return;
      bucket.afterChange = () => undefined;
      void requestErasure(['3'], 'a test', parts);
    };
    expect((await workOnErasures(false, parts)).finished).toEqual([1, 2]);
    expect(await usersIn(bucket.bytes(batch(4, [])[0]))).toEqual(['11', '2', '2']);
  });

  test('two workers at the same time: one has the work', async () => {
    const bucket = sampleBucket();
    const parts = workerParts(bucket);
    await requestErasure(['1'], 'a test', parts);
    const results = await Promise.all([
      workOnErasures(false, parts),
      workOnErasures(false, { ...parts, holder: 'worker-2' }),
    ]);
    expect(results.flatMap(({ finished }) => finished)).toEqual([1]);
    expect((await receiptOf(bucket, 1)).scan.found).toEqual([]);
  });
});

test('work that another worker has saved lately is left to it', async () => {
  const bucket = sampleBucket();
  const parts = workerParts(bucket);
  await requestErasure(['1'], 'a test', parts);
  bucket.afterChange = (_, key) => {
    if (key === 'erasures/notes/00000001.ndjson') throw new Error('killed');
  };
  await expect(workOnErasures(false, parts)).rejects.toThrow('killed');
  bucket.afterChange = () => undefined;
  const other = { ...parts, holder: 'worker-2' };
  expect(await workOnErasures(false, other)).toEqual({ state: 'held', finished: [] });
  const later = { ...other, nowMs: () => NOW + 5 * 60_000 };
  expect((await workOnErasures(false, later)).finished).toEqual([1]);
});

test('a request that took the number of an erasure that had ended is removed with all its versions', async () => {
  const bucket = sampleBucket();
  const parts = workerParts(bucket);
  await forget(bucket, '1');
  // It listed the tombstones before those of erasure 1 were written, so that it has the numbers 1 and 2.
  const late = { ...parts, lake: { ...bucket.lake, async *list() {} } };
  expect(await requestErasure(['a user of some length'], 'a test', late)).toBe(2);
  expect(bucket.keys('erasures/')).toContain(erasureRequestKey(1));
  expect((await workOnErasures(false, parts)).finished).toEqual([2]);
  for (const [key, versions] of bucket.objects)
    for (const { bytes } of versions)
      expect(bytes?.toString() ?? '', key).not.toContain('a user of some length');
});

test('while an object is removed with its versions, no older version becomes the object', async () => {
  const bucket = sampleBucket();
  for (const text of ['a', 'b', 'c']) bucket.put('erasures/00000009/request.json', text);
  const seen: string[] = [];
  bucket.afterChange = () =>
    void seen.push(
      bucket
        .keys('erasures/')
        .map((key) => bucket.bytes(key).toString())
        .join(),
    );
  await removeAll(bucket.bucket, 'erasures/00000009/request.json');
  expect(seen).toEqual(['c', 'c', '']);
});

describe('interrupted', () => {
  /** Ends the worker after its change number `at`, then continues until the work is done. @returns Whether it was interrupted. */
  async function interruptedAt(at: number, bucket: VersionedLake): Promise<boolean> {
    const parts = workerParts(bucket);
    let changes = 0;
    bucket.afterChange = () => {
      changes++;
      if (changes === at) throw new Error('killed');
    };
    let isInterrupted = false;
    try {
      await requestErasure(['1'], 'a test', parts);
      await workOnErasures(false, parts);
    } catch (error) {
      if ((error as Error).message !== 'killed') throw error;
      isInterrupted = true;
    }
    bucket.afterChange = () => undefined;
    const later = { ...parts, holder: 'worker-2', nowMs: () => NOW + 3_600_000 };
    await workOnErasures(false, later);
    return isInterrupted;
  }

  test('after any change, the bucket becomes what it would have been, and the receipt too', async () => {
    const whole = sampleBucket();
    await forget(whole, '1');
    const expected = whole.state(isOfOthers);
    const receipt = await receiptOf(whole, 1);
    let at = 1;
    for (; at < 500; at++) {
      const bucket = sampleBucket();
      if (!(await interruptedAt(at, bucket))) break;
      expect(
        bucket.state((key) => isOfOthers(key)),
        `change ${at}`,
      ).toEqual(expected);
      const found = await receiptOf(bucket, 1);
      expect(found.changes, `change ${at}`).toEqual(receipt.changes);
      expect(found.objects, `change ${at}`).toEqual(receipt.objects);
      const left = [...bucket.objects.keys()].filter((key) => /request|notes|progress/.test(key));
      expect(left, `change ${at}`).toEqual([]);
    }
    expect(at).toBeGreaterThan(30);
  });

  test('a worker whose time ends goes on later, and repeats little', async () => {
    const bucket = sampleBucket();
    const parts = workerParts(bucket);
    await requestErasure(['1'], 'a test', parts);
    let calls = 0;
    for (let left = 0; ; calls++) {
      left = 3;
      const { state } = await workOnErasures(false, { ...parts, isLate: () => left-- <= 0 });
      if (state === 'idle') break;
      expect(state).toBe('more');
      if (calls > 100) throw new Error('The work does not end');
    }
    expect(calls).toBeGreaterThan(2);
    expect((await receiptOf(bucket, 1)).scan.found).toEqual([]);
  });
});

describe('windows in flight', () => {
  const inFlight = (bucket: VersionedLake, through?: number): void => {
    const window = Window.parse(JSON.parse(bucket.bytes(windowKey(1)).toString()));
    const objects = [{ key: 'tombstones/00000001.json', sizeBytes: 1 }];
    bucket.put(
      windowKey(2),
      toJson({ ...window, window: 2, ...(through && { tombstones: { through, objects } }) }),
    );
    bucket.put(attemptKey(2, 1), '{}');
  };

  test('the work waits for a run that does not know the tombstones, and removes the user from it too', async () => {
    const bucket = sampleBucket();
    const parts = workerParts(bucket);
    inFlight(bucket);
    await requestErasure(['1'], 'a test', parts);
    expect(await workOnErasures(false, parts)).toEqual({ state: 'waiting', finished: [], looksAgain: true });
    // One reminder at a time is enough.
    expect(await workOnErasures(false, parts)).toEqual({ state: 'waiting', finished: [] });
    bucket.nowMs = NOW;
    const lists = 'runs/00000002/00000001/recommendations.csv';
    bucket.put(lists, 'user,product,list,rank,score\n1,2,any,1,0.5\n');
    expect((await workOnErasures(false, parts)).state).toBe('waiting');
    bucket.put('attempts/00000002/failed.json', toJson({ window: 2, attempts: 1, reasons: ['lost'] }));
    expect((await workOnErasures(false, parts)).finished).toEqual([1]);
    expect(bucket.bytes(lists).toString()).toBe('user,product,list,rank,score\n');
  });

  test('it takes a large file too, which S3 dates by the beginning of its upload', async () => {
    const bucket = sampleBucket();
    const parts = workerParts(bucket);
    inFlight(bucket);
    await requestErasure(['1'], 'a test', parts);
    expect((await workOnErasures(false, parts)).state).toBe('waiting');
    bucket.nowMs = NOW - 3_600_000;
    const lists = 'runs/00000002/00000001/recommendations.csv';
    bucket.put(lists, 'user,product,list,rank,score\n1,2,any,1,0.5\n');
    bucket.put('attempts/00000002/failed.json', toJson({ window: 2, attempts: 1, reasons: ['lost'] }));
    expect((await workOnErasures(false, parts)).finished).toEqual([1]);
    expect(bucket.bytes(lists).toString()).toBe('user,product,list,rank,score\n');
  });

  test('it waits for an attempt that was made after the window had failed', async () => {
    const bucket = sampleBucket();
    const parts = workerParts(bucket);
    inFlight(bucket);
    const failed = (attempts: number) => toJson({ window: 2, attempts, reasons: ['lost'] });
    bucket.put('attempts/00000002/failed.json', failed(1));
    bucket.put(attemptKey(2, 2), '{}');
    await requestErasure(['1'], 'a test', parts);
    expect((await workOnErasures(false, parts)).state).toBe('waiting');
    bucket.put('attempts/00000002/failed.json', failed(2));
    expect((await workOnErasures(false, parts)).finished).toEqual([1]);
  });

  test('it does not wait for a window without an attempt: its job will read what is left', async () => {
    const bucket = sampleBucket();
    inFlight(bucket);
    await bucket.bucket.removeVersion(
      attemptKey(2, 1),
      bucket.objects.get(attemptKey(2, 1))?.[0]?.versionId ?? '',
    );
    expect((await forget(bucket, '1')).passes).toBe(2);
  });

  test('it does not wait for a run that knows them', async () => {
    const bucket = sampleBucket();
    inFlight(bucket, 1);
    expect((await forget(bucket, '1')).passes).toBe(2);
  });
});

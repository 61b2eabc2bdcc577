import { expect, test } from 'vitest';
import { requestErasure } from '../../../lambdas/erasures/request.ts';
import type { Place } from '../../../lambdas/forget/places.ts';
import { workOnErasures } from '../../../lambdas/forget/worker.ts';
import { PROGRESS_KEY, Progress } from '../../../lambdas/shared/contract/erasure.ts';
import { tombstonesKey } from '../../../lambdas/shared/contract/keys.ts';
import { readJson } from '../../../lambdas/shared/platform/lake.ts';
import { versionedLake } from '../../../local/lake/versioned-lake.ts';
import { NOW, receiptOf, workerParts } from './sample-bucket.ts';

/** A table that says how often it was searched, in place of the number of items. */
const countingTable = (): Place => {
  let calls = 0;
  return { name: 'table', remove: async () => ({ removed: { tableItems: ++calls } }) };
};
/** A place with four parts, whose cursors are counted. */
const longPlace = (cursors: string[]): Place => ({
  name: 'logs',
  async remove(_, cursor) {
    cursors.push(cursor);
    const next = Number(cursor) + 1;
    const logs = [{ group: 'logs', streamsDeleted: 1 }];
    return { removed: { logs }, next: next < 4 ? String(next) : undefined };
  },
});

test('the table is searched again when the tombstones are old enough', async () => {
  const bucket = versionedLake();
  let nowMs = NOW;
  const parts = {
    ...workerParts(bucket),
    ...{ places: [countingTable()], settlesSeconds: 80, nowMs: () => nowMs },
  };
  await requestErasure(['1'], 'a test', parts);
  expect((await workOnErasures(false, parts)).state).toBe('waiting');
  nowMs += 80_000;
  expect((await workOnErasures(false, parts)).finished).toEqual([1]);
  expect((await receiptOf(bucket, 1)).outside).toMatchObject({ isAtLeast: false, tableItems: 3 });
});

test('a request that ended before its tombstones were written waits from when the worker wrote them', async () => {
  const bucket = versionedLake();
  let nowMs = NOW;
  const parts = {
    ...workerParts(bucket),
    ...{ places: [countingTable()], settlesSeconds: 80, nowMs: () => nowMs },
  };
  const create = async (key: string, body: string | Uint8Array, type: string): Promise<boolean> => {
    if (key === tombstonesKey(1)) throw new Error('ended');
    return bucket.lake.create(key, body, type);
  };
  const ending = { ...parts, lake: { ...bucket.lake, create } };
  await expect(requestErasure(['1'], 'a test', ending)).rejects.toThrow('ended');
  nowMs = NOW + 600_000;
  expect((await workOnErasures(false, parts)).state).toBe('waiting');
  nowMs += 79_999;
  expect((await workOnErasures(false, parts)).state).toBe('waiting');
  nowMs += 1;
  expect((await workOnErasures(false, parts)).finished).toEqual([1]);
});

test('a place with many parts is searched in as many calls, none of them twice', async () => {
  const bucket = versionedLake();
  const cursors: string[] = [];
  const parts = { ...workerParts(bucket), places: [longPlace(cursors)] };
  await requestErasure(['1'], 'a test', parts);
  for (let left = 0, calls = 0; calls < 50; calls++) {
    // Enough for two parts of the place.
    left = 3;
    if ((await workOnErasures(false, { ...parts, isLate: () => left-- <= 0 })).state === 'idle') break;
  }
  expect(cursors).toEqual(['', '1', '2', '3']);
  expect((await receiptOf(bucket, 1)).outside.logs).toEqual([{ group: 'logs', streamsDeleted: 4 }]);
});

test('each part holds the work further', async () => {
  const bucket = versionedLake();
  let nowMs = NOW;
  const held: (number | undefined)[] = [];
  const place = longPlace([]);
  const slow: Place = {
    name: 'logs',
    async remove(users, cursor) {
      held.push(((await readJson(bucket.lake, PROGRESS_KEY, Progress))?.heldUntilMs ?? 0) - nowMs);
      nowMs += 240_000;
      return place.remove(users, cursor);
    },
  };
  const parts = { ...workerParts(bucket), places: [slow], nowMs: () => nowMs };
  await requestErasure(['1'], 'a test', parts);
  expect((await workOnErasures(false, parts)).finished).toEqual([1]);
  expect(held).toEqual(Array.from({ length: 4 }, () => 300_000));
});

test('a worker that is interrupted in the table counts at least what it removed', async () => {
  const bucket = versionedLake();
  const items = ['a', 'b', 'c'];
  let isKilled = true;
  const table: Place = {
    name: 'table',
    async remove() {
      const tableItems = items.splice(0).length;
      if (isKilled) throw new Error('killed');
      return { removed: { tableItems } };
    },
  };
  const parts = { ...workerParts(bucket), places: [table] };
  await requestErasure(['1'], 'a test', parts);
  await expect(workOnErasures(false, parts)).rejects.toThrow('killed');
  isKilled = false;
  await workOnErasures(false, parts);
  expect((await receiptOf(bucket, 1)).outside).toMatchObject({ isAtLeast: true, tableItems: 0 });
});

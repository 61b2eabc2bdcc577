import { expect, test } from 'vitest';
import { tombstonesKey } from '../../../../lambdas/shared/contract/keys.ts';
import {
  createTombstones,
  REMEMBER_SETTLES_SECONDS,
  REMEMBER_TIMEOUT_SECONDS,
  TOMBSTONE_REFRESH_SECONDS,
} from '../../../../lambdas/shared/platform/tombstones.ts';
import { createPersonKey } from '../../../../lambdas/shared/privacy/person-key.ts';
import { memoryLake } from '../../../lake.ts';
import { KEY, tombstonesOf, writeTombstones } from '../../tombstones.ts';

/** A reader of an empty lake, with a clock and a record of what is read. */
function open(key: () => Promise<typeof KEY> = async () => KEY) {
  const lake = memoryLake();
  const clock = { seconds: 1000 };
  const done: string[] = [];
  const keys = { loaded: 0 };
  lake.fault = (operation, name) => void done.push(`${operation} ${name}`);
  const reader = createTombstones({
    lake,
    key: () => {
      keys.loaded += 1;
      return key();
    },
    nowMs: () => clock.seconds * 1000,
  });
  const take = () => done.splice(0);
  const until = async (user: string) => (await reader.current()).erasureOf(user)?.untilMs;
  return { lake, clock, done, keys, reader, take, until };
}

test('without tombstones no user is forgotten, and the key is not loaded', async () => {
  const { reader, keys, take, until } = open();
  expect([reader.latest, reader.ageSeconds]).toEqual([undefined, Number.POSITIVE_INFINITY]);
  expect(await until('ann')).toBeUndefined();
  expect(reader.latest?.through).toBe(0);
  expect([take(), keys.loaded]).toEqual([['list tombstones/'], 0]);
});

test('a copy is used for five seconds; then one listing shows what is new, and only that is read', async () => {
  const { lake, clock, reader, take, until, keys } = open();
  writeTombstones(lake, 1, { untilMs: 10, users: ['ann', 'bob'] });
  expect(await until('ann')).toBe(10);
  expect(take()).toEqual(['list tombstones/', `read ${tombstonesKey(1)}`]);
  writeTombstones(lake, 2, { untilMs: 20, users: ['cleo'] });
  clock.seconds += TOMBSTONE_REFRESH_SECONDS;
  expect(await until('cleo')).toBeUndefined();
  expect(take()).toEqual([]);
  clock.seconds += 0.001;
  expect(await until('cleo')).toBe(20);
  expect(take()).toEqual(['list tombstones/', `read ${tombstonesKey(2)}`]);
  clock.seconds += 10;
  expect([await until('ann'), await until('1'), reader.latest?.through]).toEqual([10, undefined, 2]);
  expect([take(), keys.loaded]).toEqual([['list tombstones/'], 1]);
});

test('of a user who was forgotten twice, the newest erasure counts', async () => {
  const { lake, reader } = open();
  writeTombstones(lake, 1, { untilMs: 10, users: ['ann'] });
  writeTombstones(lake, 2, { untilMs: 20, users: ['ann'] });
  expect((await reader.current()).erasureOf('ann')).toEqual({ erasure: 2, untilMs: 20 });
});

test('tombstones that are stored before their neighbour are used at once, and the neighbour is found later', async () => {
  const { lake, clock, reader, take, until } = open();
  writeTombstones(lake, 1, { untilMs: 10, users: ['ann'] });
  writeTombstones(lake, 3, { untilMs: 30, users: ['cleo'] });
  expect([await until('cleo'), reader.latest?.through]).toEqual([30, 3]);
  take();
  clock.seconds += 10;
  await reader.current();
  // Only the listing begins before what is known already.
  expect(take()).toEqual(['list tombstones/']);
  writeTombstones(lake, 2, { untilMs: 20, users: ['bob'] });
  clock.seconds += 10;
  expect([await until('bob'), await until('cleo'), reader.latest?.through]).toEqual([20, 30, 3]);
  expect(take()).toEqual(['list tombstones/', `read ${tombstonesKey(2)}`]);
});

test('more of them than are read at once are all read', async () => {
  const { lake, reader, until } = open();
  for (let erasure = 1; erasure <= 70; erasure++)
    writeTombstones(lake, erasure, { untilMs: erasure, users: [`u${erasure}`] });
  expect([await until('u1'), await until('u70'), reader.latest?.through]).toEqual([1, 70, 70]);
});

test('a fault is thrown each time until the lake can be read, and the old copy stays', async () => {
  const { lake, clock, reader } = open();
  writeTombstones(lake, 1, { untilMs: 10, users: ['ann'] });
  await reader.current();
  clock.seconds += 100;
  lake.fault = () => {
    throw new Error('the bucket is away');
  };
  for (let call = 0; call < 2; call++) await expect(reader.current()).rejects.toThrow('the bucket is away');
  expect([reader.latest?.erasureOf('ann')?.untilMs, reader.ageSeconds]).toEqual([10, 100]);
  lake.fault = () => undefined;
  expect((await reader.current()).through).toBe(1);
  expect(reader.ageSeconds).toBe(0);
});

test('tombstones of another key are refused with the reason, which shows no secret', async () => {
  const { lake, reader } = open(async () => createPersonKey('another secret, which is long enough too'));
  writeTombstones(lake, 1, { untilMs: 10, users: ['ann'] });
  await expect(reader.current()).rejects.toThrow(
    /^Cannot use tombstones\/00000001\.json: it was made with the key [0-9a-f]{16}, should be [0-9a-f]{16}, the key of this function\. Restore the secret that made it \(docs\/privacy\.md\)$/,
  );
  expect(reader.latest).toBeUndefined();
});

test('a key that cannot be loaded is loaded again at the next call', async () => {
  let isAway = true;
  const { lake, reader, keys, until } = open(async () => {
    if (isAway) throw new Error('Secrets Manager is away');
    return KEY;
  });
  writeTombstones(lake, 1, { untilMs: 10, users: ['ann'] });
  await expect(reader.current()).rejects.toThrow('Secrets Manager is away');
  isAway = false;
  expect([await until('ann'), keys.loaded]).toEqual([10, 2]);
});

test.each([
  ['text that is not JSON', 'users', 'it is not JSON'],
  ['a document without users', JSON.stringify({ ...tombstonesOf(1, 1, ['a']), users: [] }), 'users: '],
  [
    'the tombstones of another number',
    JSON.stringify(tombstonesOf(2, 1, ['a'])),
    'erasure: is 2, should be 1',
  ],
])('%s is refused, and the object is named', async (_, text, reason) => {
  const { lake, reader } = open();
  lake.objects.set(tombstonesKey(1), { bytes: Buffer.from(text), storedAtMs: 0 });
  await expect(reader.current()).rejects.toThrow(`Cannot read ${tombstonesKey(1)}: ${reason}`);
});

test('calls at the same time share one listing; one that began long ago does not count for a later call', async () => {
  const { lake, clock, reader, take } = open();
  await Promise.all([reader.current(), reader.current(), reader.current()]);
  expect(take()).toHaveLength(1);
  clock.seconds += 10;
  const first = reader.current();
  // The listing hangs, and a call comes when its result is too old.
  clock.seconds += 20;
  writeTombstones(lake, 1, { untilMs: 10, users: ['ann'] });
  expect((await reader.current()).through).toBe(1);
  await first;
  expect(reader.ageSeconds).toBe(0);
});

test('a refresh that was frozen does not stop later ones, and changes nothing if it ends nevertheless', async () => {
  const { lake, clock, reader } = open();
  let thaw = (): void => undefined;
  const { list } = lake;
  lake.list = async function* (prefix, after) {
    lake.list = list;
    await new Promise<void>((resolve) => {
      thaw = resolve;
    });
    yield* list(prefix, after);
  };
  const frozen = reader.current();
  clock.seconds += 31;
  writeTombstones(lake, 1, { untilMs: 10, users: ['ann'] });
  expect((await reader.current()).through).toBe(1);
  clock.seconds += 3;
  thaw();
  await frozen;
  expect([reader.ageSeconds, reader.latest?.erasureOf('ann')?.erasure]).toEqual([3, 1]);
});

test('remember has settled when every call that had not seen the tombstones has ended', () => {
  expect(REMEMBER_SETTLES_SECONDS).toBeGreaterThan(TOMBSTONE_REFRESH_SECONDS + REMEMBER_TIMEOUT_SECONDS);
});

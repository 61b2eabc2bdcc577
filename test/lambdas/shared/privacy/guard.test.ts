import { expect, test } from 'vitest';
import { PREFIX, PRIVACY_KEY } from '../../../../lambdas/shared/contract/keys.ts';
import {
  agreeOnPrivacy,
  type BucketPrivacy,
  bucketPrivacyOf,
  checkPrivacy,
  refusalOf,
} from '../../../../lambdas/shared/privacy/guard.ts';
import { type MemoryLake, memoryLake } from '../../../lake.ts';

const PLAIN: BucketPrivacy = { userIds: 'plain', keyCheck: null };
const KEYED: BucketPrivacy = { userIds: 'keyed', keyCheck: '0123456789abcdef' };
const OTHER_KEY: BucketPrivacy = { userIds: 'keyed', keyCheck: 'fedcba9876543210' };

const withSale = (lake: MemoryLake): MemoryLake => {
  lake.objects.set('interactions/0a1b2c3d/sales/000000/a.parquet', {
    bytes: Buffer.from('sales'),
    storedAtMs: 0,
  });
  return lake;
};
const agree = (own: BucketPrivacy, lake: MemoryLake) => agreeOnPrivacy(own, lake, PREFIX.interactions);
const check = (own: BucketPrivacy, lake: MemoryLake) => checkPrivacy(own, lake, PREFIX.interactions);
const storedIn = (lake: MemoryLake): unknown => JSON.parse(lake.text(PRIVACY_KEY));

test('the check of the key counts only if ids are keyed', () => {
  expect(bucketPrivacyOf('plain', { check: '0123456789abcdef' })).toEqual(PLAIN);
  expect(bucketPrivacyOf('keyed', { check: '0123456789abcdef' })).toEqual(KEYED);
});

test.each([
  ['a bucket of an earlier version has plain ids', undefined, PLAIN],
  ['plain ids', PLAIN, PLAIN],
  ['the same key', KEYED, KEYED],
])('%s can be continued with', (_, stored, own) => {
  expect(refusalOf(stored, own, true)).toBeUndefined();
});

test.each([
  [undefined, KEYED, /stored with plain ids, and privacy\.userIds is "keyed"\. Set it back to "plain"/],
  [PLAIN, KEYED, /stored with plain ids, and privacy\.userIds is "keyed"/],
  [KEYED, PLAIN, /stored with keyed ids, and privacy\.userIds is "plain"\. Set it back to "keyed"/],
  [KEYED, OTHER_KEY, /keyed with another secret/],
])('sales stored as %j cannot be continued as %j; an empty bucket can', (stored, own, reason) => {
  expect(refusalOf(stored, own, true)).toMatch(reason);
  expect(refusalOf(stored, own, true)).not.toMatch(/0123456789abcdef|fedcba9876543210/);
  expect(refusalOf(stored, own, false)).toBeUndefined();
});

test('the first process writes how ids are stored, and the next ones find it', async () => {
  for (const own of [PLAIN, KEYED]) {
    const lake = memoryLake();
    await agree(own, lake);
    expect(storedIn(lake)).toEqual(own);
    withSale(lake).fault = (operation) => {
      if (operation !== 'read') throw new Error(`${operation} is not needed`);
    };
    await agree(own, lake);
    await check(own, lake);
  }
});

test('a bucket of an earlier version, with sales and without the object, is a plain one', async () => {
  const lake = withSale(memoryLake());
  await expect(agree(KEYED, lake)).rejects.toThrow('its sales are stored with plain ids');
  await expect(check(KEYED, lake)).rejects.toThrow('its sales are stored with plain ids');
  expect(lake.keys(PRIVACY_KEY)).toEqual([]);
  await agree(PLAIN, lake);
  expect(storedIn(lake)).toEqual(PLAIN);
});

test('with sales neither mode nor key can be changed, and nothing is written', async () => {
  const lake = memoryLake();
  await agree(KEYED, lake);
  withSale(lake);
  for (const own of [PLAIN, OTHER_KEY]) {
    await expect(agree(own, lake)).rejects.toThrow('Cannot use the bucket');
    await expect(check(own, lake)).rejects.toThrow('Cannot use the bucket');
  }
  expect(storedIn(lake)).toEqual(KEYED);
});

test('without sales both can be changed, by accumulate alone', async () => {
  const lake = memoryLake();
  for (const own of [PLAIN, KEYED, OTHER_KEY]) {
    const before = lake.keys();
    await check(own, lake);
    expect(lake.keys()).toEqual(before);
    await agree(own, lake);
    expect(storedIn(lake)).toEqual(own);
  }
});

test('of processes that start at the same time with different settings, one writes, and the others look again', async () => {
  for (const own of [
    [KEYED, KEYED, KEYED],
    [PLAIN, KEYED],
  ]) {
    const lake = memoryLake();
    await Promise.all(own.map((one) => agree(one, lake)));
    expect(own).toContainEqual(storedIn(lake));
  }
});

test('a sale that is stored between the look and the write decides', async () => {
  const lake = memoryLake();
  let looks = 0;
  const changing = {
    ...lake,
    read: async (key: string) => {
      const found = await lake.read(key);
      // Another process writes its mode and a sale after the first look.
      looks += 1;
      if (looks === 1) {
        await lake.create(PRIVACY_KEY, JSON.stringify(PLAIN), 'application/json');
        withSale(lake);
      }
      return found;
    },
    list: () => (looks === 1 ? memoryLake() : lake).list(PREFIX.interactions),
  };
  await expect(agreeOnPrivacy(KEYED, changing, PREFIX.interactions)).rejects.toThrow('stored with plain ids');
  expect(storedIn(lake)).toEqual(PLAIN);
});

test('an object that is not one of these is an error that names it', async () => {
  const lake = memoryLake();
  await lake.create(PRIVACY_KEY, '{"userIds":"hashed"}', 'application/json');
  await expect(agree(PLAIN, lake)).rejects.toThrow(/^Cannot read privacy\.json: userIds/);
});

test('an object that never stops changing is an error', async () => {
  const lake = { ...memoryLake(), replace: async () => false };
  await expect(agreeOnPrivacy(PLAIN, lake, PREFIX.interactions)).rejects.toThrow(
    'Cannot write privacy.json: it changed 5 times in the meantime',
  );
});

import { expect, test } from 'vitest';
import { requestErasure } from '../../../lambdas/erasures/request.ts';
import { removeAll } from '../../../lambdas/forget/bucket.ts';
import {
  ErasureRequest,
  erasureRequestKey,
  MOST_FORGOTTEN_USERS,
} from '../../../lambdas/shared/contract/erasure.ts';
import { tombstonesKey } from '../../../lambdas/shared/contract/keys.ts';
import { Tombstones } from '../../../lambdas/shared/contract/schemas.ts';
import { createPersonIds, type PersonIds, PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { versionedLake } from '../../../local/lake/versioned-lake.ts';
import { memoryLake } from '../../lake.ts';
import { KEY } from '../forget/sample-bucket.ts';

const partsOf = (ids: PersonIds = PLAIN_IDS) => ({
  ...{ lake: memoryLake(), key: KEY, ids, nowMs: () => 1000 },
});
const tombstones = (parts: ReturnType<typeof partsOf>, erasure: number) =>
  Tombstones.parse(JSON.parse(parts.lake.text(tombstonesKey(erasure))));

test('a request becomes tombstones with hashes, and work with the users', async () => {
  const parts = partsOf();
  expect(await requestErasure(['bob', 'ann', 'bob'], 'a role', parts)).toBe(1);
  expect(tombstones(parts, 1)).toEqual({
    ...{ erasure: 1, untilMs: 1000, keyCheck: KEY.check },
    users: [KEY.forgottenHash('ann'), KEY.forgottenHash('bob')].sort(),
  });
  expect(ErasureRequest.parse(JSON.parse(parts.lake.text(erasureRequestKey(1))))).toEqual({
    ...{ erasure: 1, untilMs: 1000, requestedBy: 'a role' },
    users: ['ann', 'bob'],
  });
});

test('where ids are keyed, pseudonyms are stored and hashed', async () => {
  const parts = partsOf(createPersonIds('keyed', KEY));
  await requestErasure(['ann'], 'a role', parts);
  expect(tombstones(parts, 1).users).toEqual([KEY.forgottenHash(KEY.pseudonym('ann'))]);
  for (const key of parts.lake.keys()) expect(parts.lake.text(key)).not.toContain('ann');
});

test('requests at the same time are numbered without gaps', async () => {
  const parts = partsOf();
  const numbers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => requestErasure([`u${index}`], 'a role', parts)),
  );
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  for (const number of numbers) expect(tombstones(parts, number).erasure).toBe(number);
});

test('a request whose process ended before its tombstones were stored is completed by the next one', async () => {
  const parts = partsOf();
  parts.lake.fault = (operation, key) => {
    if (operation === 'create' && key === tombstonesKey(1)) throw new Error('ended');
  };
  await expect(requestErasure(['ann'], 'a role', parts)).rejects.toThrow('ended');
  parts.lake.fault = () => undefined;
  expect(await requestErasure(['bob'], 'a role', parts)).toBe(2);
  expect(tombstones(parts, 1).users).toEqual([KEY.forgottenHash('ann')]);
  expect(tombstones(parts, 2).users).toEqual([KEY.forgottenHash('bob')]);
});

test('a request whose number was finished in between takes the next one', async () => {
  const { lake, bucket, bytes } = versionedLake();
  const ended = { ...partsOf(), lake };
  await requestErasure(['bob'], 'a role', ended);
  await removeAll(bucket, erasureRequestKey(1));
  const before = bytes(tombstonesKey(1)).toString();
  // It listed the tombstones before those of erasure 1 were written.
  const late = { ...ended, lake: { ...lake, async *list() {} } };
  expect(await requestErasure(['ann'], 'a role', late)).toBe(2);
  expect(bytes(tombstonesKey(1)).toString()).toBe(before);
  expect(bytes(tombstonesKey(2)).toString()).toContain(KEY.forgottenHash('ann'));
});

test('tombstones of another secret are not joined by others: the request is refused with the reason', async () => {
  const parts = partsOf();
  await requestErasure(['ann'], 'a role', parts);
  const key = createPersonKey('another secret of more than 32 characters');
  const before = parts.lake.keys();
  await expect(requestErasure(['bob'], 'a role', { ...parts, key })).rejects.toThrow(
    `Cannot use ${tombstonesKey(1)}: it was made with the key ${KEY.check}, should be ${key.check}, the key of this function. Restore the secret that made it`,
  );
  expect(parts.lake.keys()).toEqual(before);
});

test.each([
  [[], 'names 0, should name 1 to 10000'],
  [[''], 'the id at position 1 has 0 characters, should have 1 to 256'],
  [['a', 'b'.repeat(257)], 'the id at position 2 has 257 characters, should have 1 to 256'],
  [Array.from({ length: MOST_FORGOTTEN_USERS + 1 }, String), 'names 10001, should name 1 to 10000'],
])('a request that cannot be taken stores nothing', async (users, message) => {
  const parts = partsOf();
  await expect(requestErasure(users, 'a role', parts)).rejects.toThrow(message);
  expect(parts.lake.keys()).toEqual([]);
});

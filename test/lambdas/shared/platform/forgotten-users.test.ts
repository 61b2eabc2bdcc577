import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Erasure,
  ForgottenTable,
  isForgotten,
} from '../../../../lambdas/shared/platform/forgotten-users.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

test('a sale is erased up to the moment of the erasure, that millisecond included', () => {
  const erasure = { erasure: 1, untilMs: 1000 };
  expect([999, 1000, 1001].map((ms) => isForgotten(ms, erasure))).toEqual([true, true, false]);
  // A record without a timestamp is as old as can be.
  expect(isForgotten(-1, erasure)).toBe(true);
  expect(isForgotten(0, undefined)).toBe(false);
});

test('finds what was added and nothing else, as a map would; of a user erased twice the latest number and moment count', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          user: fc.integer({ min: 0, max: 300 }),
          erasure: fc.integer({ min: 1, max: 9 }),
          untilMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
        }),
        { maxLength: 600 },
      ),
      (all) => {
        const table = new ForgottenTable();
        const expected = new Map<number, Erasure>();
        for (const { user, erasure, untilMs } of all) {
          table.add(hashOf(String(user)), { erasure, untilMs });
          const known = expected.get(user) ?? { erasure, untilMs };
          expected.set(user, {
            erasure: Math.max(known.erasure, erasure),
            untilMs: Math.max(known.untilMs, untilMs),
          });
        }
        expect(table.size).toBe(expected.size);
        for (let user = 0; user <= 310; user++)
          expect(table.get(hashOf(String(user)))).toEqual(expected.get(user));
      },
    ),
    { seed: 16, numRuns: 60 },
  );
});

test('hashes that share their first half, or begin at the same slot, are different users', () => {
  const table = new ForgottenTable();
  const hashes = ['00000001', '00000002', '00000041'].flatMap((first) =>
    ['00000000', '00000001', 'ffffffff'].map((second) => `${first}${second}${'0'.repeat(48)}`),
  );
  for (const [index, hash] of hashes.entries()) table.add(hash, { erasure: index + 1, untilMs: index });
  expect(hashes.map((hash) => table.get(hash)?.erasure)).toEqual(hashes.map((_, index) => index + 1));
  expect(table.get(`0000000100000002${'0'.repeat(48)}`)).toBeUndefined();
});

test('a hundred thousand users take at most 54 bytes each', () => {
  const table = new ForgottenTable();
  let most = 0;
  for (let user = 0; user < 100_000; user++) {
    table.add(hashOf(`u${user}`), { erasure: 1, untilMs: 1 });
    if (user > 48) most = Math.max(most, table.sizeBytes / table.size);
  }
  expect(most).toBeLessThan(54);
  expect(table.get(hashOf('u99999'))).toEqual({ erasure: 1, untilMs: 1 });
  expect(table.get(hashOf('u100000'))).toBeUndefined();
});

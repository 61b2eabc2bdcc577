import { expect, test } from 'vitest';
import { addedBy, describeAdded, needFor } from '../../../lambdas/publish/added.ts';

const DAY_MS = 86_400_000;
const counts = { users: 100, products: 40, pairs: 1, recommendations: 1, vertices: 1, edges: 1 };
const served = { run: 4, asOfMs: 10 * DAY_MS, counts: { ...counts, users: 60, products: 39 } };
const gate = { served: 4, horizonMs: 5 * DAY_MS, any: null, new: null };

test('a run adds the users and products that it has more than the served run, which is as old as its newest sale', () => {
  expect(addedBy({ asOfMs: 12 * DAY_MS, counts, gate }, served)).toEqual({
    to: 4,
    users: 40,
    products: 1,
    servedAgeMs: 2 * DAY_MS,
    servedAgeHorizons: 0.4,
  });
});

test('a run with fewer users, from an earlier moment, or without a horizon adds nothing of that kind', () => {
  const fewer = { ...counts, users: 1, products: 1 };
  expect(addedBy({ asOfMs: 0, counts: fewer, gate: null }, served)).toEqual({
    to: 4,
    users: 0,
    products: 0,
    servedAgeMs: 0,
    servedAgeHorizons: null,
  });
});

test('the need names what is enough alone; without it, everything is described', () => {
  const added = { to: 1, users: 40, products: 0, servedAgeMs: 0, servedAgeHorizons: null };
  expect(needFor(added, counts)).toBe('run 1 has no lists for 40 of 100 users (40 %)');
  expect(needFor({ ...added, users: 4 }, counts)).toBeUndefined();
  expect(describeAdded({ ...added, users: 4 }, counts)).toBe(
    'run 1 has no lists for 4 of 100 users (4 %), does not know 0 of 40 products (0 %)',
  );
});

test('nothing is needed by a run without users', () => {
  const added = { to: 1, users: 0, products: 0, servedAgeMs: 0, servedAgeHorizons: 0 };
  expect(needFor(added, { ...counts, users: 0, products: 0 })).toBeUndefined();
});

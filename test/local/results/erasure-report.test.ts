import { expect, test } from 'vitest';
import type { ErasureReceipt } from '../../../lambdas/shared/contract/erasure.ts';
import { describeForecast, describeReceipt, progressLine } from '../../../local/results/erasure-report.ts';

const OBJECTS = { read: 12, changed: 3, deleted: 0, versionsDeleted: 3, readBytes: 3_400_000 };

function receipt(possible: readonly string[], objects = OBJECTS): ErasureReceipt {
  return {
    erasure: 7,
    requestedAtMs: 1000,
    requestedBy: 'a person',
    startedAtMs: 2000,
    finishedAtMs: 63_000,
    passes: 2,
    users: ['a'.repeat(64)],
    keyCheck: 'b'.repeat(16),
    together: [7],
    objects,
    changes: [],
    parts: [],
    outside: { isAtLeast: false, tableItems: 0, queues: [], logs: [] },
    scan: { objects: 20, versions: 1, found: [], possible: [...possible] },
    notReached: [],
  };
}

const wordsOf = (possible: readonly string[]): string | undefined =>
  describeReceipt(receipt(possible)).find((line) => line.includes('spelled like a user'));

test('of the objects with a word like a user, the first three are named', () => {
  expect(wordsOf([])).toBeUndefined();
  expect(wordsOf(['a', 'b', 'c'])).toContain('is in a, b, c: a product');
  expect(wordsOf(['a', 'b', 'c', 'd', 'e'])).toContain('is in a, b, c and 2 more: a product');
});

test('if nothing was changed or deleted, the receipt says that nothing was of these users', () => {
  const nothing = 'nothing in the bucket was of these users';
  expect(describeReceipt(receipt([])).join('\n')).not.toContain(nothing);
  expect(describeReceipt(receipt([], { ...OBJECTS, changed: 0 })).join('\n')).toContain(nothing);
});

test('each count says which objects it counts: estimate, progress, receipt and search differ', () => {
  const forecast = { users: 1, objects: 15, bytes: 1, seconds: 1, dollars: 0.01 };
  const [estimate] = describeForecast(forecast, 1);
  expect(estimate).toContain('15 objects and older versions that may hold users (');
  expect(progressLine({ step: 'bucket', pass: 1, done: 7, total: 40 })).toBe(
    '  removing the users from the bucket: 7 of 40 objects of all kinds',
  );
  const lines = describeReceipt(receipt([])).join('\n');
  expect(lines).toMatch(/ bucket +[\d,]+ objects? that may hold users read, /);
  expect(lines).toMatch(
    / search +[\d,]+ objects? of all kinds and [\d,]+ older versions? searched afterwards/,
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  attemptKey,
  attemptsOf,
  chartsOf,
  failedKey,
  interactionsAfter,
  interactionsKey,
  manifestKey,
  PREFIX,
  parseBatchKey,
  parseNumberedKey,
  publicationKey,
  rejectedKey,
  startedKey,
  windowKey,
} from '../../../../lambdas/shared/contract/keys.ts';

const NAME = {
  source: '0a1b2c3d',
  topic: 'sales',
  partition: 2,
  first: 10,
  last: 19,
  count: 9,
  firstMs: 1780000000000,
};

test('keys have the documented form', () => {
  expect(interactionsKey(NAME)).toBe(
    'interactions/0a1b2c3d/sales/000002/00000000000000000010-00000000000000000019-00000009-1780000000000.parquet',
  );
  expect(rejectedKey({ ...NAME, count: 1 })).toBe(
    'rejected/0a1b2c3d/sales/000002/00000000000000000010-00000000000000000019-00000001-1780000000000.ndjson',
  );
  expect([windowKey(3), startedKey(3, 2), failedKey(3), chartsOf(3)]).toEqual([
    'windows/00000003.json',
    'attempts/00000003/00000002.started.json',
    'attempts/00000003/failed.json',
    'charts/00000003/',
  ]);
});

test('the key of a batch is parsed into the same name, and sorts by its first offset', () => {
  const natural = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const name = fc.record({
    source: fc.constant('0a1b2c3d'),
    topic: fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/),
    partition: fc.nat({ max: 999_999 }),
    first: natural,
    last: natural,
    count: fc.nat({ max: 10_000 }),
    firstMs: fc.nat({ max: 9_999_999_999_999 }),
  });
  fc.assert(
    fc.property(name, natural, (batch, other) => {
      expect(parseBatchKey(interactionsKey(batch))).toEqual(batch);
      const [a, b] = [interactionsKey(batch), interactionsKey({ ...batch, first: other })];
      if (batch.first !== other) expect(a < b).toBe(batch.first < other);
      expect(interactionsAfter(batch, batch.first) > a).toBe(true);
      expect(
        interactionsAfter(batch, batch.first) < interactionsKey({ ...batch, first: batch.first + 1 }),
      ).toBe(true);
    }),
    { seed: 1 },
  );
});

test('the number in a key is parsed into the same number, and keys sort by their numbers', () => {
  const number = fc.integer({ min: 1, max: 99_999_999 });
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect(parseNumberedKey(PREFIX.windows, windowKey(a))).toBe(a);
      expect(parseNumberedKey(PREFIX.manifests, manifestKey(a))).toBe(a);
      expect(parseNumberedKey(PREFIX.publications, publicationKey(a))).toBe(a);
      expect(Math.sign(Number(windowKey(a) > windowKey(b)) - Number(windowKey(a) < windowKey(b)))).toBe(
        Math.sign(a - b),
      );
    }),
    { seed: 1 },
  );
});

test('counted failures are not parsed as publications, nor other objects as attempts', () => {
  expect(parseNumberedKey(PREFIX.publications, 'publications/tries/00000001/00000002.json')).toBeUndefined();
  expect(parseNumberedKey(attemptsOf(3), attemptKey(3, 2))).toBe(2);
  expect(parseNumberedKey(attemptsOf(3), startedKey(3, 2))).toBeUndefined();
  expect(parseNumberedKey(attemptsOf(3), failedKey(3))).toBeUndefined();
});

test('other keys are not parsed', () => {
  expect(parseBatchKey('interactions/README.md')).toBeUndefined();
  expect(parseNumberedKey('windows/', 'windows/00000012.json')).toBe(12);
  expect(parseNumberedKey('windows/', 'windows/tries/00000001.json')).toBeUndefined();
  expect(parseNumberedKey('windows/', 'manifests/00000012.json')).toBeUndefined();
});

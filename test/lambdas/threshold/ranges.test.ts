import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addRange, covers, type Ranges } from '../../../lambdas/threshold/ranges.ts';

test('ranges that overlap or adjoin are merged', () => {
  expect(addRange([], 3, 5)).toEqual([[3, 5]]);
  expect(
    addRange(
      [
        [0, 4],
        [9, 9],
      ],
      5,
      7,
    ),
  ).toEqual([
    [0, 7],
    [9, 9],
  ]);
  expect(
    addRange(
      [
        [0, 4],
        [9, 9],
      ],
      5,
      8,
    ),
  ).toEqual([[0, 9]]);
  expect(addRange([[5, 6]], 0, 2)).toEqual([
    [0, 2],
    [5, 6],
  ]);
  expect(addRange([[0, 9]], 3, 4)).toEqual([[0, 9]]);
});

test('a range may touch more ranges than a call takes arguments', () => {
  const ranges = Array.from({ length: 200_000 }, (_, index) => [2 * index, 2 * index] as const);
  expect(addRange(ranges, 1, 399_997)).toEqual([[0, 399_998]]);
});

test('a range is covered only if none of its offsets is missing', () => {
  expect(
    covers(
      [
        [0, 4],
        [6, 9],
      ],
      0,
      4,
    ),
  ).toBe(true);
  expect(
    covers(
      [
        [0, 4],
        [6, 9],
      ],
      4,
      6,
    ),
  ).toBe(false);
  expect(covers([], 0, 0)).toBe(false);
});

test('after any sequence of additions the ranges contain exactly the added offsets', () => {
  const range = fc.tuple(fc.nat(60), fc.nat(8));
  fc.assert(
    fc.property(fc.array(range), (added) => {
      let ranges: Ranges = [];
      const offsets = new Set<number>();
      for (const [first, length] of added) {
        ranges = addRange(ranges, first, first + length);
        for (let offset = first; offset <= first + length; offset++) offsets.add(offset);
      }
      for (let offset = 0; offset < 80; offset++)
        expect(covers(ranges, offset, offset)).toBe(offsets.has(offset));
      for (const [index, [from]] of ranges.entries()) {
        const before = ranges[index - 1];
        if (before) expect(from).toBeGreaterThan(before[1] + 1);
      }
    }),
    { seed: 1 },
  );
});

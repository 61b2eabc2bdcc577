import { describe, expect, test } from 'vitest';
import { highest, lowest, sum } from '../../../../lambdas/shared/platform/numbers.ts';

const MANY = Array.from({ length: 200_000 }, (_, index) => index);

describe('totals and extremes', () => {
  test('of three values', () => {
    expect([highest([3, 1, 2]), lowest([3, 1, 2]), sum([3, 1, 2])]).toEqual([3, 1, 6]);
  });

  test('of no values: what Math.max and Math.min return, and 0', () => {
    expect([highest([]), lowest([]), sum([])]).toEqual([Math.max(), Math.min(), 0]);
  });

  test('of more values than a call takes arguments', () => {
    expect(() => Math.max(...MANY)).toThrow(RangeError);
    expect([highest(MANY), lowest(MANY), sum(MANY)]).toEqual([199_999, 0, 19_999_900_000]);
  });

  test('of any iterable', () => {
    expect(highest(new Set([1, 5]))).toBe(5);
  });

  test('a value that is not a number makes the result not a number', () => {
    expect([highest([1, Number.NaN, 2]), lowest([1, Number.NaN, 2])]).toEqual([Number.NaN, Number.NaN]);
  });
});

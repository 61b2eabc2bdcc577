import { expect, test } from 'vitest';
import {
  compact,
  counted,
  grouped,
  highest,
  lowest,
  percent,
  signed,
  sum,
} from '../../../../lambdas/shared/contract/numbers.ts';

test('one sale, two sales, a thousand sales with a separator', () => {
  expect([1, 2, 1000].map((count) => counted(count, 'sale'))).toEqual(['1 sale', '2 sales', '1,000 sales']);
  expect([counted(1, 'batch', 'batches'), counted(1200, 'batch', 'batches')]).toEqual([
    '1 batch',
    '1,200 batches',
  ]);
  expect(grouped(1_234_567)).toBe('1,234,567');
});

test('shares have two significant digits, and only the whole is 100 %', () => {
  expect([0, 0.004, 0.0123, 0.4, 0.999, 0.9996, 1].map((share) => percent(share))).toEqual([
    '0 %',
    '0.4 %',
    '1.2 %',
    '40 %',
    '99.9 %',
    '99.9 %',
    '100 %',
  ]);
});

test('shares in a column have the same number of decimal places', () => {
  expect([0, 0.4, 0.4567, 1].map((share) => percent(share, 1))).toEqual([
    '0.0 %',
    '40.0 %',
    '45.7 %',
    '100.0 %',
  ]);
});

test('a difference has its sign, and the minus is as wide as the plus', () => {
  expect([signed(0.02), signed(-0.0204), signed(0)]).toEqual(['+0.020', '−0.020', '+0.000']);
  expect([signed(-13, 0), signed(1234, 0)]).toEqual(['−13', '+1,234']);
});

test('a compact count is in thousands from 10,000 on', () => {
  expect([compact(7), compact(9_999), compact(12_345)]).toEqual(['7', '9,999', '12k']);
});

test('sums and extremes, also of no values', () => {
  expect([sum([]), sum([1, 2, 3]), sum(new Float64Array([0.5, 0.25]))]).toEqual([0, 6, 0.75]);
  expect([highest([3, 7, 5]), highest([3], 5), highest([], 1)]).toEqual([7, 5, 1]);
  expect([lowest([3, 7, 5]), lowest([7], 5), lowest([], 1)]).toEqual([3, 5, 1]);
});

test('extremes of more values than a function takes as arguments', () => {
  const many = Float64Array.from({ length: 1_000_000 }, (_, index) => index);
  expect(() => Math.max(...many)).toThrow(RangeError);
  expect([lowest(many), highest(many)]).toEqual([0, 999_999]);
});

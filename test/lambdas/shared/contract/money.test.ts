import { expect, test } from 'vitest';
import {
  addUsd,
  endOfMonth,
  formatUsd,
  monthOf,
  roundUsd,
} from '../../../../lambdas/shared/contract/money.ts';

test('amounts are exact to a millionth of a dollar', () => {
  expect(addUsd([0.1, 0.2])).toBe(0.3);
  expect(addUsd(Array.from({ length: 1000 }, () => 0.001))).toBe(1);
  expect(addUsd([])).toBe(0);
  expect(roundUsd(0.0000004)).toBe(0);
  expect(roundUsd(0.0000005)).toBe(0.000001);
});

test.each([
  [0, '$0.00'],
  [0.000001, '$0.000001'],
  [0.0000123, '$0.000012'],
  [0.00214, '$0.0021'],
  [0.0214, '$0.021'],
  [0.094999, '$0.095'],
  [0.0999, '$0.10'],
  [0.4567, '$0.46'],
  [12.3, '$12.30'],
  [1234.5, '$1,234.50'],
])('%s dollars are shown as %s', (usd, text) => {
  expect(formatUsd(usd)).toBe(text);
});

test('a month ends with its last millisecond, UTC', () => {
  expect(monthOf(Date.UTC(2026, 11, 1) - 1)).toBe('2026-11');
  expect(monthOf(Date.UTC(2026, 11, 1))).toBe('2026-12');
  expect(endOfMonth('2026-11')).toBe(Date.UTC(2026, 11, 1));
  expect(endOfMonth('2026-12')).toBe(Date.UTC(2027, 0, 1));
});

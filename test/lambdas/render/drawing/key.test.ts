import { expect, test } from 'vitest';
import { columnsOf } from '../../../../lambdas/render/drawing/key.ts';

test('a key has as many columns as fit into the picture', () => {
  expect(columnsOf(['lamps', 'vases'])).toBe(2);
  const long = 'a'.repeat(40);
  expect(columnsOf([long, long, long])).toBe(1);
  // The columns are as wide as their widest entries: two long entries do not fit side by side, but one below the other.
  expect(columnsOf([long, 'b', long, 'c'])).toBe(2);
});

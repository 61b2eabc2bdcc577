import { expect, test } from 'vitest';
import { callerPath } from '../../../local/terminal/caller-path.ts';

test('a relative path begins where npm was called, an absolute one at the root', () => {
  expect(callerPath('sales.csv', '/home/me')).toBe('/home/me/sales.csv');
  expect(callerPath('/data/sales.csv', '/home/me')).toBe('/data/sales.csv');
});

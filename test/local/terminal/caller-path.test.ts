import { expect, test } from 'vitest';
import { callerPath } from '../../../local/terminal/caller-path.ts';

test('a relative path starts at the directory in which npm was called; an absolute path is unchanged', () => {
  expect(callerPath('sales.csv', '/home/me')).toBe('/home/me/sales.csv');
  expect(callerPath('/data/sales.csv', '/home/me')).toBe('/data/sales.csv');
});

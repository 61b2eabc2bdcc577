import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { leftOf } from './left.ts';
import { placeOf, SLOWEST } from './slowest-first.ts';

test('what tests leave in the temporary folder is named; what the CDK and Node leave is not', () => {
  expect(leftOf(['spark-1', 'cdk.outAbCdEf', 'node-compile-cache', 'blockmgr-2'])).toEqual([
    'blockmgr-2',
    'spark-1',
  ]);
});

test('each file has an empty temporary folder of its own, in the one of the run', () => {
  expect(basename(tmpdir())).toMatch(/^file-/);
  expect(basename(dirname(tmpdir()))).toMatch(/^cartograph-tests-/);
  expect(readdirSync(tmpdir())).toEqual([]);
});

test('the slowest files exist and are first', () => {
  expect(SLOWEST.filter((path) => !existsSync(path))).toEqual([]);
  expect(SLOWEST.map(placeOf)).toEqual(SLOWEST.map((_, index) => index));
  expect(placeOf('test/docs.test.ts')).toBe(SLOWEST.length);
});

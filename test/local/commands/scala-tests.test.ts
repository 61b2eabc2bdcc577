import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { divideSuites } from '../../../local/commands/scala-tests.ts';
import { ROOT } from '../../../local/process/paths.ts';

test('every Scala suite is in one of two JVMs, by the name of its class; what has no tests is left out', () => {
  expect(
    divideSuites([
      'cartograph/sales/ShopTest.scala',
      'cartograph/GateTest.scala',
      'cartograph/FileLake.scala',
    ]),
  ).toEqual([['cartograph.GateTest'], ['cartograph.sales.ShopTest']]);
});

test('the suites that take longest exist', () => {
  const sources = globSync('**/*.scala', { cwd: join(ROOT, 'spark/src/test/scala') });
  const [slow, others] = divideSuites(sources);
  expect(slow).toHaveLength(3);
  expect(others.length).toBeGreaterThan(50);
  expect(new Set([...slow, ...others]).size).toBe(
    sources.filter((path) => path.endsWith('Test.scala')).length,
  );
});

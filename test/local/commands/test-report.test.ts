import { expect, test } from 'vitest';
import { formatSeconds, scalaTestCounts, vitestCounts } from '../../../local/commands/test-report.ts';

const report = (testResults: object[], failed: number): string =>
  JSON.stringify({ numPassedTests: 3, numFailedTests: failed, numPendingTests: 1, testResults });

test('a failed test is named with the first line of its message', () => {
  const results = [
    {
      name: 'test/a.test.ts',
      status: 'failed',
      message: '',
      assertionResults: [
        { fullName: 'adds', status: 'passed', failureMessages: [] },
        {
          fullName: 'subtracts',
          status: 'failed',
          failureMessages: ['expected 1 to be 2\n  at a.test.ts:3'],
        },
      ],
    },
  ];
  expect(vitestCounts(report(results, 1), false)).toEqual({
    passed: 3,
    failed: 1,
    skipped: 1,
    failures: ['test/a.test.ts > subtracts: expected 1 to be 2'],
  });
});

test('a test file that cannot be loaded is named, and counts as a failure', () => {
  const results = [
    { name: 'test/b.test.ts', status: 'failed', message: 'Cannot find c.ts', assertionResults: [] },
  ];
  const { failed, failures } = vitestCounts(report(results, 0), false);
  expect(failed).toBe(1);
  expect(failures).toEqual(['test/b.test.ts: Cannot find c.ts']);
});

test('failures of Scala tests are counted and named', () => {
  const xml = `<testsuite name="T" tests="3" failures="1" errors="0" skipped="1">
    <testcase name="adds" classname="cartograph.T" time="0.1"></testcase>
    <testcase name="subtracts" classname="cartograph.T" time="0.1"><failure message="1 was not 2" type="x">trace</failure></testcase>
  </testsuite>`;
  expect(scalaTestCounts([xml], false)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 1,
    failures: ['cartograph.T > subtracts: 1 was not 2'],
  });
});

test('the time of a suite is shown with its budget, and what exceeds it is said', () => {
  expect(formatSeconds('Types', 12.34, 30)).toBe('Types 12.3 s (of 30 s)');
  expect(formatSeconds('Types', 31, 30)).toBe('Types 31.0 s (over its budget of 30 s)');
});

test('Scala tests that wrote no report failed', () => {
  expect(scalaTestCounts([], true).failed).toBe(1);
});

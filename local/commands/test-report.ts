import { z } from 'zod';
import { sum } from '../../lambdas/shared/contract/numbers.ts';

/** The result of one suite of tests. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** A line for each failure that is known by name: the test, and the first line of its message. */
  readonly failures: readonly string[];
}

export const NONE: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** A failure that is no failed test. */
export const failure = (reason: string): Counts => ({ ...NONE, failed: 1, failures: [reason] });

export const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
});

/** @example formatSeconds('Types', 31, 30) // 'Types 31.0 s (over its budget of 30 s)' */
export function formatSeconds(title: string, seconds: number, budgetSeconds: number): string {
  const budget = seconds > budgetSeconds ? `over its budget of ${budgetSeconds} s` : `of ${budgetSeconds} s`;
  return `${title} ${seconds.toFixed(1)} s (${budget})`;
}

const VitestReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/**
 * Reads the JSON report of Vitest.
 *
 * @param succeeded False if Vitest ended with an error. It counts as a failure even if no test failed.
 * @throws {Error} If the report is not valid.
 */
export function vitestCounts(report: string, succeeded: boolean): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = VitestReport.parse(
    JSON.parse(report),
  );
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [line(name, message)];
    return failed.map((test) => line(`${name} > ${test.fullName}`, test.failureMessages?.[0] ?? ''));
  });
  return {
    passed: numPassedTests,
    failed: Math.max(numFailedTests, succeeded ? 0 : 1),
    skipped: numPendingTests,
    failures,
  };
}

/**
 * Reads the JUnit reports of ScalaTest.
 *
 * @param reports The XML of each suite; none if the tests did not run.
 * @param succeeded False if Maven ended with an error. It counts as a failure even if no test failed.
 */
export function scalaTestCounts(reports: readonly string[], succeeded: boolean): Counts {
  const total = (attribute: string): number => {
    const pattern = new RegExp(`<testsuite[^>]*\\s${attribute}="(\\d+)"`);
    return sum(reports.map((report) => Number(pattern.exec(report)?.[1] ?? 0)));
  };
  const broken = total('failures') + total('errors');
  const failures = reports.flatMap((report) =>
    [...report.matchAll(/<testcase\b([^>]*)>\s*<(?:failure|error)\b([^>]*)/g)].map(
      ([, test = '', problem = '']) =>
        line(
          `${attributeOf(test, 'classname')} > ${attributeOf(test, 'name')}`,
          attributeOf(problem, 'message'),
        ),
    ),
  );
  return {
    passed: total('tests') - total('skipped') - broken,
    failed: Math.max(broken, succeeded && reports.length > 0 ? 0 : 1),
    skipped: total('skipped'),
    failures,
  };
}

const attributeOf = (tag: string, name: string): string =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '';

const line = (name: string, message: string): string => `${name}: ${message.split('\n')[0] ?? ''}`;

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sum } from '../../lambdas/shared/contract/numbers.ts';
import { NODE_BIN, ROOT, STATE } from '../process/paths.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Suite {
  readonly title: string;
  run(filter: readonly string[]): Counts;
}

/** In the order in which they run: quick ones first. */
const SUITES: readonly Suite[] = [
  { title: 'Format and lint', run: () => check(node('biome'), ['ci', '--error-on-warnings']) },
  { title: 'Types', run: () => check(node('tsc'), []) },
  { title: 'Types of the browser code', run: () => check(node('tsc'), ['-p', 'tsconfig.browser.json']) },
  { title: 'TypeScript tests', run: typescriptTests },
  // The Scala build also checks the format of its sources.
  { title: 'Scala tests', run: (filter) => (filter.length > 0 ? NONE : scalaTests()) },
];

const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };

/**
 * `npm test`: checks format, lint and types, and runs the tests of both languages. The last lines give the seconds of every
 * suite and count all tests.
 *
 * @param filter Words that Vitest selects tests by; if there are any, the Scala tests do not run.
 */
export async function run(filter: readonly string[]): Promise<void> {
  mkdirSync(reports, { recursive: true });
  const seconds: string[] = [];
  let all = NONE;
  for (const { title, run } of SUITES) {
    console.log(`\n── ${title}`);
    const startedMs = performance.now();
    const { passed, failed, skipped } = run(filter);
    seconds.push(`${title} ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    all = {
      passed: all.passed + passed,
      failed: all.failed + failed,
      skipped: all.skipped + skipped,
    };
  }
  console.log(`\n${seconds.join(', ')}`);
  console.log(`${all.passed} passed, ${all.failed} failed, ${all.skipped} skipped`);
  process.exitCode = all.failed === 0 ? 0 : 1;
}

const reports = join(STATE, 'test');
const SCALA_REPORTS = join(ROOT, 'spark', 'target', 'scalatest-reports');

const succeeds = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;

const node = (name: string): string => join(NODE_BIN, name);

/** A check counts as one test. */
const check = (program: string, args: readonly string[]): Counts =>
  succeeds(program, args) ? { ...NONE, passed: 1 } : { ...NONE, failed: 1 };

const VitestReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numFailedTestSuites: z.int(),
});

function typescriptTests(filter: readonly string[]): Counts {
  const outputFile = join(reports, 'vitest.json');
  const succeeded = succeeds(node('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${outputFile}`,
    ...filter,
  ]);
  try {
    const report = VitestReport.parse(JSON.parse(readFileSync(outputFile, 'utf8')));
    const failed = Math.max(report.numFailedTests, succeeded ? 0 : 1);
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function scalaTests(): Counts {
  rmSync(SCALA_REPORTS, { recursive: true, force: true });
  const succeeded = succeeds('mvn', [
    '--quiet',
    '--batch-mode',
    '-Dstyle.color=never',
    '--no-transfer-progress',
    '-f',
    'spark/pom.xml',
    'test',
  ]);
  try {
    const suites = readdirSync(SCALA_REPORTS).filter((name) => name.endsWith('.xml'));
    const texts = suites.map((name) => readFileSync(join(SCALA_REPORTS, name), 'utf8'));
    const total = (attribute: string): number => {
      const pattern = new RegExp(`<testsuite[^>]*\\s${attribute}="(\\d+)"`);
      return sum(texts.map((report) => Number(pattern.exec(report)?.[1] ?? 0)));
    };
    const skipped = total('skipped');
    const failed = Math.max(total('failures') + total('errors'), succeeded && suites.length > 0 ? 0 : 1);
    return { passed: total('tests') - skipped - total('failures') - total('errors'), failed, skipped };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_BIN, ROOT, STATE } from '../process/paths.ts';
import { scalaTests } from './scala-tests.ts';
import { add, type Counts, failure, formatSeconds, NONE, vitestCounts } from './test-report.ts';

interface Suite {
  readonly title: string;
  /** Seconds that it should take at most on two cores that do nothing else. A suite that takes longer is reported. */
  readonly budgetSeconds: number;
  run(filter: readonly string[]): Counts | Promise<Counts>;
}

/** In the order in which they run: quick ones first. */
const SUITES: readonly Suite[] = [
  {
    title: 'Format and lint',
    budgetSeconds: 15,
    run: () => check(node('biome'), ['ci', '--error-on-warnings']),
  },
  { title: 'Types', budgetSeconds: 30, run: () => check(node('tsc'), []) },
  {
    title: 'Types of the browser code',
    budgetSeconds: 15,
    run: () => check(node('tsc'), ['-p', 'tsconfig.browser.json']),
  },
  {
    title: 'TypeScript tests',
    budgetSeconds: 480,
    run: (filter) => vitest(filter.length > 0 ? filter : ['--exclude', `${CONTAINERS}/**`]),
  },
  {
    title: 'Scala format and tests',
    budgetSeconds: 300,
    run: (filter) => (filter.length > 0 ? NONE : scalaTests()),
  },
  {
    title: 'Tests with containers',
    budgetSeconds: 420,
    // They build images and start whole pipelines, so they run alone, and after everything else.
    run: (filter) => (filter.length > 0 ? NONE : vitest([CONTAINERS])),
  },
];

/**
 * `npm test`: checks format, lint and types, and runs the tests of both languages. The last lines name every failed test, give
 * the seconds and the budget of every suite and count all tests: where only the end of a log is kept, it shows what failed.
 *
 * @param filter Words that Vitest selects tests by; if there are any, the Scala tests do not run.
 */
export async function run(filter: readonly string[]): Promise<void> {
  mkdirSync(reports, { recursive: true });
  const seconds: string[] = [];
  let all = NONE;
  for (const { title, budgetSeconds, run } of SUITES) {
    console.log(`\n── ${title} (budget: ${budgetSeconds} s)`);
    const startedMs = performance.now();
    const counts = await run(filter);
    seconds.push(formatSeconds(title, (performance.now() - startedMs) / 1000, budgetSeconds));
    all = add(all, { ...counts, failures: counts.failures.map((reason) => `${title}: ${reason}`) });
  }
  if (all.failures.length > 0) console.log(`\nFailed:\n${all.failures.join('\n')}`);
  console.log(`\n${seconds.join(', ')}`);
  console.log(`${all.passed} passed, ${all.failed} failed, ${all.skipped} skipped`);
  process.exitCode = all.failed === 0 ? 0 : 1;
}

const reports = join(STATE, 'test');
const CONTAINERS = 'test/compose';

const succeeds = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;

const node = (name: string): string => join(NODE_BIN, name);

/** A check counts as one test. */
const check = (program: string, args: readonly string[]): Counts =>
  succeeds(program, args) ? { ...NONE, passed: 1 } : failure('see above');

/** @param words Options of Vitest, and words that it selects files by. */
function vitest(words: readonly string[]): Counts {
  const outputFile = join(reports, 'vitest.json');
  const succeeded = succeeds(node('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${outputFile}`,
    ...words,
  ]);
  try {
    return vitestCounts(readFileSync(outputFile, 'utf8').replaceAll(`${ROOT}/`, ''), succeeded);
  } catch (error) {
    return failure(`no report: ${String(error)}`);
  }
}

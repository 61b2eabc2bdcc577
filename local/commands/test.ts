import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { NODE_BIN, ROOT, STATE } from '../process/paths.ts';

/** `npm test`: format and lint, types, the tests of both languages; one line at the end counts them all. */

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const reports = join(STATE, 'test');
const SCALA_REPORTS = join(ROOT, 'spark', 'target', 'scalatest-reports');

function run(what: string, program: string, args: readonly string[]): boolean {
  console.log(`\n── ${what}`);
  return spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

const node = (name: string): string => join(NODE_BIN, name);

/** A check that is one thing counts as one test. */
const check = (what: string, program: string, args: readonly string[]): Counts =>
  run(what, program, args) ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };

const VitestReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numFailedTestSuites: z.int(),
});

function typescriptTests(filter: readonly string[]): Counts {
  const outputFile = join(reports, 'vitest.json');
  const isWell = run('TypeScript tests', node('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${outputFile}`,
    ...filter,
  ]);
  try {
    const report = VitestReport.parse(JSON.parse(readFileSync(outputFile, 'utf8')));
    const failed = Math.max(report.numFailedTests, isWell ? 0 : 1);
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function scalaTests(): Counts {
  rmSync(SCALA_REPORTS, { recursive: true, force: true });
  const isWell = run('Scala tests', 'mvn', [
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
    const sum = (attribute: string) =>
      suites.reduce((total, name) => {
        const match = new RegExp(`<testsuite[^>]*\\s${attribute}="(\\d+)"`).exec(
          readFileSync(join(SCALA_REPORTS, name), 'utf8'),
        );
        return total + Number(match?.[1] ?? 0);
      }, 0);
    const skipped = sum('skipped');
    const failed = Math.max(sum('failures') + sum('errors'), isWell && suites.length > 0 ? 0 : 1);
    return { passed: sum('tests') - skipped - sum('failures') - sum('errors'), failed, skipped };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

mkdirSync(reports, { recursive: true });
const filter = process.argv.slice(2);
const counts = [
  check('Format and lint', node('biome'), ['ci', '--error-on-warnings']),
  check('Types', node('tsc'), []),
  check('Types of what runs in a browser', node('tsc'), ['-p', 'tsconfig.browser.json']),
  typescriptTests(filter),
  ...(filter.length > 0 ? [] : [scalaTests()]),
];
const total = (pick: (counts: Counts) => number): number => counts.reduce((sum, each) => sum + pick(each), 0);
console.log(
  `\n${total(({ passed }) => passed)} passed, ${total(({ failed }) => failed)} failed, ${total(({ skipped }) => skipped)} skipped`,
);
process.exitCode = total(({ failed }) => failed) === 0 ? 0 : 1;

import { type SpawnOptions, type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../process/paths.ts';
import { add, type Counts, failure, scalaTestCounts } from './test-report.ts';

const SOURCES = join(ROOT, 'spark/src/test/scala');
const TARGET = join(ROOT, 'spark/target');
const REPORTS = join(TARGET, 'scalatest-reports');

/** These take about as long as all others. */
const SLOW = ['cartograph.GateTest', 'cartograph.ForgottenUsersTest', 'cartograph.RunTest'];

/**
 * Divides the suites between two JVMs, so that one can compute while the driver of the other plans its stages on one core.
 *
 * @param sources Paths of Scala sources, relative to the directory of their packages.
 * @returns The names of the suites of each JVM, sorted; every suite is in one of them.
 */
export function divideSuites(sources: readonly string[]): readonly [readonly string[], readonly string[]] {
  const names = sources
    .filter((path) => path.endsWith('Test.scala'))
    .map((path) => path.replace(/\.scala$/, '').replaceAll('/', '.'))
    .sort();
  return [names.filter((name) => SLOW.includes(name)), names.filter((name) => !SLOW.includes(name))];
}

/** Checks the format of the Scala sources, compiles them and runs their tests. */
export async function scalaTests(): Promise<Counts> {
  rmSync(REPORTS, { recursive: true, force: true });
  if (spawnSync('mvn', maven(['test-compile']), OPTIONS).status !== 0) return failure('see above');
  const temporary = join(TARGET, 'tests');
  const halves = divideSuites(globSync('**/*.scala', { cwd: SOURCES }));
  const succeeded = await Promise.all(
    halves.map(async (suites, index) => {
      const folder = join(temporary, String(index));
      mkdirSync(folder, { recursive: true });
      const child = spawn(
        'mvn',
        maven([TESTS, `-Dsuites=${suites.join()}`, `-Dtests.temporary=${folder}`]),
        OPTIONS,
      );
      const [code] = await once(child, 'exit');
      return code === 0;
    }),
  );
  const left = readdirSync(temporary, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('/'),
  );
  rmSync(temporary, { recursive: true, force: true });
  const counts = countsOf(succeeded.every(Boolean), halves.flat().length);
  return left.length === 0
    ? counts
    : add(counts, failure(`left in the temporary folder: ${left.slice(0, 5).join(', ')}`));
}

const OPTIONS: SpawnOptions & SpawnSyncOptions = { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] };

/** The goal alone, without the phases before it. */
const TESTS = 'org.scalatest:scalatest-maven-plugin:test';

const maven = (words: readonly string[]): string[] => [
  '--quiet',
  '--batch-mode',
  '-Dstyle.color=never',
  '--no-transfer-progress',
  '-f',
  'spark/pom.xml',
  ...words,
];

function countsOf(succeeded: boolean, suites: number): Counts {
  try {
    const names = readdirSync(REPORTS).filter((name) => name.endsWith('.xml'));
    const texts = names.map((name) => readFileSync(join(REPORTS, name), 'utf8'));
    const counts = scalaTestCounts(texts, succeeded);
    if (!succeeded || names.length >= suites) return counts;
    return add(counts, failure(`${names.length} of ${suites} suites ran`));
  } catch (error) {
    return failure(`no report: ${String(error)}`);
  }
}

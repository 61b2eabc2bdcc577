import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileLake } from './file-lake.ts';
import { CDS_ARCHIVE, JOB_JAR } from './paths.ts';
import { plantShop } from './shop.ts';
import { SIMULATION_END_MS, simulate } from './simulate.ts';
import { sparkCommand } from './spark.ts';

/**
 * Runs the job once on a small shop and lets the JVM archive the classes that it loaded, so that later jobs need not
 * read and check them again: https://openjdk.org/jeps/350.
 */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-'));
try {
  rmSync(CDS_ARCHIVE, { force: true });
  const lake = join(directory, 'lake');
  const records = simulate({
    shop: plantShop(1, { users: 60, products: 40 }),
    seed: 1,
    count: 1500,
    endMs: SIMULATION_END_MS,
    days: 30,
  });
  writeFileLake(lake, [[...records]], { rank: 8, iterations: 2 });
  const submit = {
    entryPoint: JOB_JAR,
    entryPointArguments: ['--lake', `file://${lake}`, '--window', '1', '--attempt', '1'],
    sparkSubmitParameters: '--class cartograph.TrainJob',
  };
  const args = sparkCommand(submit, { awsEndpoint: undefined, cores: 2, directory });
  execFileSync('java', [`-XX:ArchiveClassesAtExit=${CDS_ARCHIVE}`, ...args], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
} finally {
  rmSync(directory, { recursive: true, force: true });
}

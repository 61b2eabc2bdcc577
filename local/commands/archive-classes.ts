import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileLake } from '../lake/file-lake.ts';
import { CDS_ARCHIVE } from '../process/paths.ts';
import { plantShop } from '../shop/shop.ts';
import { SIMULATION_END_MS, simulate } from '../shop/simulate.ts';
import { fileJobCommand } from '../spark/file-job.ts';

/**
 * Runs the job once on a small shop and lets the JVM archive the classes that it loads, so that later jobs start without
 * reading and verifying them again: https://openjdk.org/jeps/350.
 */
export async function run(): Promise<void> {
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
    const archive = `-XX:ArchiveClassesAtExit=${CDS_ARCHIVE}`;
    execFileSync('java', [archive, ...fileJobCommand({ lake, directory })], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import type { Window } from '../lambdas/shared/contract/schemas.ts';
import { addToFileLake, writeFileLake } from '../local/lake/file-lake.ts';
import { defaultSales } from '../local/shop/simulate.ts';
import { FileJobs } from '../local/spark/file-job.ts';
import { type Benchmark, median, spread } from './benchmark.ts';
import { installPyspark, runNaive } from './job.ts';
import { describeRuns, type JobRun, runJob, serveRun } from './job-runs.ts';

const WINDOWS = 50;
const SALES = 2_000;
/** The plain script runs after every so many windows. */
const COMPARED_EVERY = 5;

export const windows: Benchmark = {
  title: `${WINDOWS} windows of ${grouped(SALES)} sales in a row, compared with a plain PySpark script that trains on everything each time`,
  runsOnlyByName: true,
  async run(report) {
    await installPyspark(report);
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-windows-'));
    const jobs = new FileJobs(directory);
    try {
      const lake = join(directory, 'lake');
      const sales = [...defaultSales({ seed: 1, count: WINDOWS * SALES })];
      const runs: JobRun[] = [];
      const compared: { readonly job: number; readonly naive: number }[] = [];
      let last: Window | undefined;
      for (let window = 1; window <= WINDOWS; window++) {
        const own = sales.slice((window - 1) * SALES, window * SALES);
        last = last ? addToFileLake(lake, own, last) : writeFileLake(lake, [own]);
        const run = await runJob(lake, directory, 1, { window, jobs });
        runs.push(run);
        serveRun(lake, window);
        if (window % COMPARED_EVERY !== 0) continue;
        // Only its seconds: Python does not wait for its JVM, so the CPU time of the script leaves out most of it.
        const naive = await runNaive(lake, directory);
        compared.push({ job: run.seconds, naive: naive.seconds });
        report(
          `window ${window}: job ${run.seconds.toFixed(1)} s, ${run.cpuSeconds.toFixed(1)} s of CPU; plain script ${naive.seconds.toFixed(1)} s`,
        );
      }
      const factor = median(compared.map(({ job, naive }) => naive / job));
      return [
        {
          subject: `Spark job, ${WINDOWS} windows of ${grouped(SALES)} sales in a row, in a JVM that stays as with \`npm start\`, each`,
          target: 'plain script ≥ 3 times as long, stretch 10',
          measured: describeRuns(runs),
        },
        {
          subject: `… compared with a plain PySpark script on the same sales, after every ${COMPARED_EVERY}th window`,
          measured: `${spread(compared.map(({ naive }) => naive))}; ${factor.toFixed(1)} times as long`,
        },
      ];
    } finally {
      await jobs.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

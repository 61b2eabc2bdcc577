import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PREFIX } from '../lambdas/shared/contract/keys.ts';
import type { Model } from '../lambdas/shared/contract/model.ts';
import { columnMap } from '../local/input/column-map.ts';
import { replay } from '../local/input/replay.ts';
import { writeFileLake } from '../local/lake/file-lake.ts';
import { ROOT, STATE } from '../local/process/paths.ts';
import { RETAIL_MAP } from '../local/quality/retail.ts';
import { defaultSales, type OutgoingRecord, SIMULATION_END_MS } from '../local/shop/simulate.ts';
import { type Benchmark, type Figure, median, spread } from './benchmark.ts';
import { describeRuns, describeSpark, type JobRun, runJob, stepsOf } from './job-runs.ts';
import { type Finished, timed } from './processes.ts';
import { RETAIL_FILE } from './retail.ts';

const ROUNDS = 3;
const RANK = 64;
/** The default rank of MLlib, which a plain script does not change. */
const NAIVE_RANK = 10;
const RECORDS_PER_POLL = 10_000;
/** Only for the comparison: the project itself does not use PySpark. */
export const VENV = join(STATE, 'bench-venv');
export const PYSPARK = 'pyspark[ml]==4.0.1';

export const job: Benchmark = {
  title: `the Spark job as a whole process, rank ${RANK}, compared with a plain PySpark script (explicit ALS, rank ${NAIVE_RANK}, CSV output)`,
  async run(report) {
    await installPyspark(report);
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-'));
    try {
      const small = defaultSales({ seed: 1, count: 5_000 });
      const figures = await compare(
        report,
        join(directory, 'small'),
        '5,000 sales',
        { als: '≤ 18 s, stretch 10 s', ranker: '≤ 14 s, stretch 10 s' },
        [[...small]],
      );
      if (!existsSync(RETAIL_FILE)) {
        report(`Online Retail is skipped: ${RETAIL_FILE} does not exist`);
        return figures;
      }
      const polls = await retailPolls();
      return [
        ...figures,
        ...(await compare(
          report,
          join(directory, 'retail'),
          'Online Retail',
          { als: '≤ 45 s, stretch 25 s', ranker: '≤ 60 s, ≤ 110 s of CPU, stretch 45 s' },
          polls,
        )),
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

export async function installPyspark(report: (line: string) => void): Promise<void> {
  if (existsSync(join(VENV, 'bin', 'spark-submit'))) return;
  report(`installing ${PYSPARK} for the comparison …`);
  await timed('python3', ['-m', 'venv', VENV]);
  await timed(join(VENV, 'bin', 'pip'), ['install', '--quiet', PYSPARK]);
}

/** The target of each algorithm. */
interface Targets {
  readonly als: string;
  readonly ranker?: string;
}

async function compare(
  report: (line: string) => void,
  directory: string,
  data: string,
  targets: Targets,
  polls: readonly (readonly OutgoingRecord[])[],
): Promise<Figure[]> {
  const algorithms = ['als', 'ranker'] as const;
  const lakeOf = (algorithm: Model['algorithm']): string => join(directory, algorithm);
  for (const algorithm of algorithms) writeFileLake(lakeOf(algorithm), polls, { rank: RANK, algorithm });
  const runs: Record<Model['algorithm'], JobRun[]> = { als: [], ranker: [] };
  const naiveSeconds: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const algorithm of algorithms)
      runs[algorithm].push(await runJob(lakeOf(algorithm), directory, round));
    naiveSeconds.push((await runNaive(lakeOf('als'), directory)).seconds);
    const latest = algorithms.map((algorithm) => `${algorithm} ${describeRuns(runs[algorithm].slice(-1))}`);
    report(`${data}: ${latest.join(', ')}; plain script ${naiveSeconds.at(-1)?.toFixed(1)} s`);
  }
  const factor = median(
    naiveSeconds.map((seconds, round) => seconds / (runs.als[round]?.seconds ?? Number.NaN)),
  );
  return [
    ...algorithms.flatMap((algorithm): Figure[] => [
      {
        subject: `Spark job, whole process, ${data}, rank ${RANK}, algorithm ${algorithm}`,
        ...(targets[algorithm] === undefined ? {} : { target: targets[algorithm] }),
        measured: describeRuns(runs[algorithm]),
      },
      { subject: '… by Spark', measured: describeSpark(runs[algorithm]) },
      { subject: '… by stage, s', measured: stepsOf(runs[algorithm]) },
    ]),
    {
      subject: '… compared with a plain PySpark script with explicit ALS at rank 10 and CSV output',
      measured: `${spread(naiveSeconds)}; ${factor.toFixed(1)} times as long as als`,
    },
  ];
}

/** Runs the plain script on everything in a lake. */
export const runNaive = (lake: string, directory: string): Promise<Finished> =>
  timed(join(VENV, 'bin', 'python'), [
    join(ROOT, 'bench', 'naive.py'),
    join(lake, PREFIX.interactions),
    join(directory, 'naive'),
    String(NAIVE_RANK),
  ]);

/** Returns the rows of the file in polls, as the poller would deliver them. */
export async function retailPolls(): Promise<OutgoingRecord[][]> {
  const polls: OutgoingRecord[][] = [[]];
  for await (const record of replay(RETAIL_FILE, { map: columnMap(RETAIL_MAP) })) {
    if ((polls.at(-1)?.length ?? 0) >= RECORDS_PER_POLL) polls.push([]);
    // A broker would set the timestamp of a record that has none.
    polls.at(-1)?.push({ ...record, timestampMs: record.timestampMs ?? SIMULATION_END_MS });
  }
  return polls;
}

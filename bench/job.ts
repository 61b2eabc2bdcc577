import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestKey, PREFIX } from '../lambdas/shared/contract/keys.ts';
import type { Model } from '../lambdas/shared/contract/model.ts';
import { Manifest } from '../lambdas/shared/contract/schemas.ts';
import { writeFileLake } from '../local/lake/file-lake.ts';
import { ROOT, STATE } from '../local/process/paths.ts';
import { replay } from '../local/shop/replay.ts';
import { defaultSales, type OutgoingRecord, SIMULATION_END_MS } from '../local/shop/simulate.ts';
import { fileJobCommand } from '../local/spark/file-job.ts';
import { type Benchmark, type Figure, median, spread } from './benchmark.ts';
import { timed } from './processes.ts';
import { RETAIL_FILE, RETAIL_MAP } from './retail.ts';

const ROUNDS = 3;
const RANK = 64;
/** What a plain script leaves as it is. */
const NAIVE_RANK = 10;
const RECORDS_PER_POLL = 10_000;
/** For the other side only; the project itself needs no Python on Spark. */
export const VENV = join(STATE, 'bench-venv');
export const PYSPARK = 'pyspark[ml]==4.0.1';

export const job: Benchmark = {
  title: `the Spark job as a whole process, rank ${RANK}, beside a plain PySpark script (explicit ALS, rank ${NAIVE_RANK}, CSV out)`,
  async run(say) {
    if (!existsSync(join(VENV, 'bin', 'spark-submit'))) {
      say(`installing ${PYSPARK} for the other side …`);
      await timed('python3', ['-m', 'venv', VENV]);
      await timed(join(VENV, 'bin', 'pip'), ['install', '--quiet', PYSPARK]);
    }
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-'));
    try {
      const small = defaultSales({ seed: 1, count: 5_000 });
      const figures = await compare(
        say,
        join(directory, 'small'),
        '5,000 sales',
        { als: '≤ 18 s, stretch 10 s' },
        [[...small]],
      );
      if (!existsSync(RETAIL_FILE)) {
        say(`Online Retail is left out: ${RETAIL_FILE} is not there`);
        return figures;
      }
      const polls = await retailPolls();
      return [
        ...figures,
        ...(await compare(
          say,
          join(directory, 'retail'),
          'Online Retail',
          { als: '≤ 45 s, stretch 25 s', ranker: '≤ 90 s' },
          polls,
        )),
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** What each algorithm set out to reach. */
interface Reach {
  readonly als: string;
  readonly ranker?: string;
}

async function compare(
  say: (line: string) => void,
  directory: string,
  what: string,
  reach: Reach,
  polls: readonly (readonly OutgoingRecord[])[],
): Promise<Figure[]> {
  const algorithms = ['als', 'ranker'] as const;
  const lakeOf = (algorithm: Model['algorithm']): string => join(directory, algorithm);
  for (const algorithm of algorithms) writeFileLake(lakeOf(algorithm), polls, { rank: RANK, algorithm });
  const ours: Record<Model['algorithm'], Run[]> = { als: [], ranker: [] };
  const theirs: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const algorithm of algorithms)
      ours[algorithm].push(await runJob(lakeOf(algorithm), directory, round));
    theirs.push((await timed(join(VENV, 'bin', 'python'), naiveArguments(lakeOf('als'), directory))).seconds);
    const told = algorithms.map(
      (algorithm) => `${algorithm} ${ours[algorithm].at(-1)?.seconds.toFixed(1)} s`,
    );
    say(`${what}: ${told.join(', ')}; plain script ${theirs.at(-1)?.toFixed(1)} s`);
  }
  const factor = median(theirs.map((seconds, round) => seconds / (ours.als[round]?.seconds ?? Number.NaN)));
  return [
    ...algorithms.flatMap((algorithm): Figure[] => [
      {
        what: `Spark job, whole process, ${what}, rank ${RANK}, algorithm ${algorithm}`,
        ...(reach[algorithm] === undefined ? {} : { reach: reach[algorithm] }),
        measured: spread(ours[algorithm].map(({ seconds }) => seconds)),
      },
      { what: '… by stage, s', measured: stagesOf(ours[algorithm]) },
    ]),
    {
      what: '… beside a plain PySpark script with explicit ALS at rank 10, CSV out',
      measured: `${spread(theirs)}; ${factor.toFixed(1)} times as long as als`,
    },
  ];
}

interface Run {
  readonly seconds: number;
  readonly steps: Manifest['seconds'];
}

async function runJob(lake: string, directory: string, attempt: number): Promise<Run> {
  rmSync(join(lake, manifestKey(1)), { force: true });
  const { seconds } = await timed('java', fileJobCommand({ lake, directory, attempt }));
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(lake, manifestKey(1)), 'utf8')));
  return { seconds, steps: manifest.seconds };
}

/** Medians, in the order of the steps. */
const stagesOf = (runs: readonly Run[]): string =>
  Object.keys(runs[0]?.steps ?? {})
    .map((step) => `${step} ${median(runs.map(({ steps }) => steps[step] ?? Number.NaN)).toFixed(1)}`)
    .join(', ');

const naiveArguments = (lake: string, directory: string): string[] => [
  join(ROOT, 'bench', 'naive.py'),
  join(lake, PREFIX.interactions),
  join(directory, 'naive'),
  String(NAIVE_RANK),
];

/** The file's rows, as the poller would hand them over. */
export async function retailPolls(): Promise<OutgoingRecord[][]> {
  const map = Object.fromEntries(RETAIL_MAP.split(',').map((pair) => pair.split('=')));
  const polls: OutgoingRecord[][] = [[]];
  for await (const record of replay(RETAIL_FILE, map)) {
    if ((polls.at(-1)?.length ?? 0) >= RECORDS_PER_POLL) polls.push([]);
    // What a broker would give a record that comes without a time.
    polls.at(-1)?.push({ ...record, timestampMs: record.timestampMs ?? SIMULATION_END_MS });
  }
  return polls;
}

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestKey, PREFIX } from '../lambdas/shared/keys.ts';
import { Manifest } from '../lambdas/shared/schemas.ts';
import { fileJobCommand } from '../local/file-job.ts';
import { writeFileLake } from '../local/file-lake.ts';
import { ROOT, STATE } from '../local/paths.ts';
import { replay } from '../local/replay.ts';
import { defaultSales, type OutgoingRecord, SIMULATION_END_MS } from '../local/simulate.ts';
import { type Benchmark, type Figure, median, spread } from './benchmark.ts';
import { timed } from './processes.ts';
import { RETAIL_FILE, RETAIL_MAP } from './retail.ts';

const ROUNDS = 3;
const RANK = 64;
/** What a plain script leaves as it is. */
const NAIVE_RANK = 10;
const RECORDS_PER_POLL = 10_000;
/** For the other side only; the project itself needs no Python on Spark. */
const VENV = join(STATE, 'bench-venv');
const PYSPARK = 'pyspark[ml]==4.0.1';

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
      const figures = await compare(say, join(directory, 'small'), '5,000 sales', '≤ 18 s, stretch 10 s', [
        [...small],
      ]);
      if (!existsSync(RETAIL_FILE)) {
        say(`Online Retail is left out: ${RETAIL_FILE} is not there`);
        return figures;
      }
      const polls = await retailPolls();
      return [
        ...figures,
        ...(await compare(say, join(directory, 'retail'), 'Online Retail', '≤ 45 s, stretch 25 s', polls)),
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function compare(
  say: (line: string) => void,
  directory: string,
  what: string,
  reach: string,
  polls: readonly (readonly OutgoingRecord[])[],
): Promise<Figure[]> {
  const lake = join(directory, 'lake');
  writeFileLake(lake, polls, { rank: RANK });
  const [ours, theirs]: [number[], number[]] = [[], []];
  const steps = new Map<string, number[]>();
  for (let round = 1; round <= ROUNDS; round++) {
    rmSync(join(lake, manifestKey(1)), { force: true });
    ours.push((await timed('java', fileJobCommand({ lake, directory, attempt: round }))).seconds);
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(lake, manifestKey(1)), 'utf8')));
    for (const [step, seconds] of Object.entries(manifest.seconds))
      steps.set(step, [...(steps.get(step) ?? []), seconds]);
    theirs.push((await timed(join(VENV, 'bin', 'python'), naiveArguments(lake, directory))).seconds);
    say(`${what}: ${ours.at(-1)?.toFixed(1)} s; plain script ${theirs.at(-1)?.toFixed(1)} s`);
  }
  const factor = median(theirs.map((seconds, round) => seconds / (ours[round] ?? Number.NaN)));
  const stages = [...steps].map(([step, seconds]) => `${step} ${median(seconds).toFixed(1)}`).join(', ');
  return [
    { what: `Spark job, whole process, ${what}, rank ${RANK}`, reach, measured: spread(ours) },
    { what: '… by stage, s', measured: stages },
    {
      what: '… beside a plain PySpark script with explicit ALS at rank 10, CSV out',
      measured: `${spread(theirs)}; factor ${factor.toFixed(1)}`,
    },
  ];
}

const naiveArguments = (lake: string, directory: string): string[] => [
  join(ROOT, 'bench', 'naive.py'),
  join(lake, PREFIX.interactions),
  join(directory, 'naive'),
  String(NAIVE_RANK),
];

/** The file's rows, as the poller would hand them over. */
async function retailPolls(): Promise<OutgoingRecord[][]> {
  const map = Object.fromEntries(RETAIL_MAP.split(',').map((pair) => pair.split('=')));
  const polls: OutgoingRecord[][] = [[]];
  for await (const record of replay(RETAIL_FILE, map)) {
    if ((polls.at(-1)?.length ?? 0) >= RECORDS_PER_POLL) polls.push([]);
    // What a broker would give a record that comes without a time.
    polls.at(-1)?.push({ ...record, timestampMs: record.timestampMs ?? SIMULATION_END_MS });
  }
  return polls;
}

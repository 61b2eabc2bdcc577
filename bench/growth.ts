import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { addToFileLake, writeFileLake } from '../local/lake/file-lake.ts';
import { plantShop } from '../local/shop/shop.ts';
import { type OutgoingRecord, SIMULATION_END_MS, simulate } from '../local/shop/simulate.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { describeRuns, describeSpark, runJob, serveRun, stepsOf } from './job-runs.ts';

interface Size {
  readonly users: number;
  readonly products: number;
  readonly sales: number;
}

/** All have the same products and as many sales per user, so that only the number of users grows. */
const GROWING: readonly Size[] = [20_000, 60_000, 200_000].map((users) => ({
  users,
  products: 10_000,
  sales: 3.5 * users,
}));
const MILLION: Size = { users: 1_000_000, products: 50_000, sales: 5_000_000 };
/** Large shops need more memory than the job gets on one machine by default; the rest of the 12 GB is for what is outside of the heap. */
const MILLION_JVM = ['-Xmx9g'];
const DAYS = 180;
/** The second window has about as many sales a day as the first one of the largest growing shop. */
const [NEXT_SALES, NEXT_DAYS] = [20_000, 5];
const DAY_MS = 86_400_000;
const RECORDS_PER_POLL = 10_000;

export const growth: Benchmark = {
  title: 'the Spark job by the number of users: 10,000 products, 3.5 sales per user, default settings',
  async run(report) {
    const figures: Figure[] = [];
    for (const size of GROWING) {
      const isLargest = size === GROWING.at(-1);
      const target = isLargest ? '≤ 300 s, ≤ 5 GB; CPU per user not rising' : 'CPU per user not rising';
      figures.push(...(await measure(size, target, report, { hasNextWindow: isLargest })));
    }
    return figures;
  },
};

export const million: Benchmark = {
  title: 'the Spark job for a million users, 50,000 products and 5,000,000 sales, with 9 GB of heap',
  runsOnlyByName: true,
  run: (report) =>
    measure(MILLION, 'it ends, ≤ 12 GB; stretch 30 minutes', report, { jvmOptions: MILLION_JVM }),
};

async function measure(
  size: Size,
  target: string,
  report: (line: string) => void,
  {
    jvmOptions = [],
    hasNextWindow = false,
  }: {
    readonly jvmOptions?: readonly string[];
    /** Also trains a second window, whose run is compared with the first one. */
    readonly hasNextWindow?: boolean;
  },
): Promise<Figure[]> {
  const { users, products, sales } = size;
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-growth-'));
  try {
    const lake = join(directory, 'lake');
    const first = writeFileLake(lake, polls(size));
    const run = await runJob(lake, directory, 1, { jvmOptions });
    const perUser = `${((1000 * run.cpuSeconds) / users).toFixed(2)} ms of CPU per user`;
    report(`${grouped(users)} users: ${describeRuns([run])}, ${perUser}`);
    const figures: Figure[] = [
      {
        subject: `Spark job, whole process, ${grouped(users)} users, ${grouped(products)} products, ${grouped(sales)} sales`,
        target,
        measured: `${describeRuns([run])}; ${perUser}`,
      },
      { subject: '… by Spark', measured: describeSpark([run]) },
      { subject: '… by stage, s', measured: stepsOf([run]) },
    ];
    if (!hasNextWindow) return figures;
    serveRun(lake, 1);
    addToFileLake(lake, nextSales(size), first);
    const next = await runJob(lake, directory, 1, { window: 2, jvmOptions });
    report(`… the next window: ${describeRuns([next])}`);
    return [
      ...figures,
      {
        subject: `… the next window, of ${grouped(NEXT_SALES)} sales, compared with the served run`,
        measured: describeRuns([next]),
      },
      { subject: '… by stage, s', measured: stepsOf([next]) },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Simulates the sales of the days after those of the first window. */
const nextSales = ({ users, products }: Size): readonly OutgoingRecord[] => [
  ...simulate({
    shop: plantShop(1, { users, products }),
    seed: 2,
    count: NEXT_SALES,
    endMs: SIMULATION_END_MS + NEXT_DAYS * DAY_MS,
    days: NEXT_DAYS,
  }),
];

/** Simulates the sales of a shop of this size, poll by poll. */
export function* polls({ users, products, sales }: Size): Generator<OutgoingRecord[]> {
  let poll: OutgoingRecord[] = [];
  for (const sale of simulate({
    shop: plantShop(1, { users, products }),
    seed: 1,
    count: sales,
    endMs: SIMULATION_END_MS,
    days: DAYS,
  })) {
    poll.push(sale);
    if (poll.length === RECORDS_PER_POLL) {
      yield poll;
      poll = [];
    }
  }
  if (poll.length > 0) yield poll;
}

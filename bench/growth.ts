import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { writeFileLake } from '../local/lake/file-lake.ts';
import { plantShop } from '../local/shop/shop.ts';
import { type OutgoingRecord, SIMULATION_END_MS, simulate } from '../local/shop/simulate.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { describeRuns, describeSpark, runJob, stepsOf } from './job-runs.ts';

/** Users of each shop. All have the same products and as many sales per user, so that only the number of users grows. */
const USERS = [20_000, 60_000, 200_000] as const;
const PRODUCTS = 10_000;
const SALES_PER_USER = 3.5;
const DAYS = 180;
const RECORDS_PER_POLL = 10_000;

export const growth: Benchmark = {
  title: `the Spark job by the number of users: ${grouped(PRODUCTS)} products, ${SALES_PER_USER} sales per user, default settings`,
  async run(report) {
    const figures: Figure[] = [];
    for (const users of USERS) figures.push(...(await measure(users, report)));
    return figures;
  },
};

async function measure(users: number, report: (line: string) => void): Promise<Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-growth-'));
  try {
    const lake = join(directory, 'lake');
    writeFileLake(lake, polls(users));
    const run = await runJob(lake, directory, 1);
    const perUser = `${((1000 * run.cpuSeconds) / users).toFixed(2)} ms of CPU per user`;
    report(`${grouped(users)} users: ${describeRuns([run])}, ${perUser}`);
    return [
      {
        subject: `Spark job, whole process, ${grouped(users)} users, ${grouped(PRODUCTS)} products, ${grouped(salesOf(users))} sales`,
        target:
          users === USERS.at(-1) ? '≤ 300 s, ≤ 5 GB; CPU per user not rising' : 'CPU per user not rising',
        measured: `${describeRuns([run])}; ${perUser}`,
      },
      { subject: '… by Spark', measured: describeSpark([run]) },
      { subject: '… by stage, s', measured: stepsOf([run]) },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const salesOf = (users: number): number => Math.round(SALES_PER_USER * users);

/** Simulates the sales of a shop of this size, poll by poll. */
export function polls(users: number, products = PRODUCTS): OutgoingRecord[][] {
  const sales = simulate({
    shop: plantShop(1, { users, products }),
    seed: 1,
    count: salesOf(users),
    endMs: SIMULATION_END_MS,
    days: DAYS,
  });
  const all: OutgoingRecord[][] = [[]];
  for (const sale of sales) {
    if ((all.at(-1)?.length ?? 0) >= RECORDS_PER_POLL) all.push([]);
    all.at(-1)?.push(sale);
  }
  return all;
}

import { join } from 'node:path';
import { createAnswerer } from '../lambdas/serve/answer/answerer.ts';
import { purchasesOf } from '../lambdas/serve/answer/history.ts';
import { loadModel, type Model } from '../lambdas/serve/answer/model.ts';
import { before, type Purchases } from '../lambdas/serve/answer/purchases.ts';
import { userHistory } from '../lambdas/serve/answer/user-history.ts';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { writeFileLake } from '../local/lake/file-lake.ts';
import { startImplicit } from './answer-implicit.ts';
import { differences, readRun } from './answer-run.ts';
import { answerTimes, describeLoaded, describeTimes, loadInProcess, percentile } from './answer-times.ts';
import type { Figure } from './benchmark.ts';
import { retailPolls } from './job.ts';
import { runJob } from './job-runs.ts';

const RANK = 64;
const ROUNDS = 5;
/** Users who are answered for have so many products. */
const [LEAST_PRODUCTS, MOST_PRODUCTS] = [50, 70];
const MOST_USERS = 200;

/** Trains Online Retail and measures its run. */
export async function measureRetail(directory: string, report: (line: string) => void): Promise<Figure[]> {
  const lake = join(directory, 'retail');
  writeFileLake(lake, await retailPolls(), { rank: RANK });
  await runJob(lake, directory, 1);
  return measureRun(lake, directory, report);
}

/** Measures the run of a lake. @param directory For temporary files. */
export async function measureRun(
  lake: string,
  directory: string,
  report: (line: string) => void,
): Promise<Figure[]> {
  const run = readRun(lake);
  const differing = differences(run);
  for (const { user, list } of differing.slice(0, 10)) report(`differs: list ${list} of user ${user}`);
  const model = loadModel(run.document, run.tensors);
  const users = [...run.histories.values()]
    .map((stored) => purchasesOf(model, stored, []).purchases)
    .filter((purchases) => isMeasured(model, purchases))
    .slice(0, MOST_USERS);
  report(`${users.length} users with ${LEAST_PRODUCTS} to ${MOST_PRODUCTS} products`);
  const loaded = await loadInProcess(directory, run.document, run.tensors);
  return [
    ...(await compare(model, users, report)),
    {
      subject: 'lists of Online Retail that are answered otherwise than the run published them',
      target: '≤ 1 in 1,000 users',
      measured: `${differing.length} of ${grouped(2 * run.published.size)} lists`,
    },
    {
      subject: "Online Retail's model: to read, load, and answer for the first time; memory of the process",
      target: '≤ 900 ms, ≤ 512 MB; stretch 400 ms',
      measured: describeLoaded(loaded),
    },
  ];
}

function isMeasured(model: Model, purchases: Purchases): boolean {
  const count = new Set(before(purchases, model.asOfMs).products).size;
  return count >= LEAST_PRODUCTS && count <= MOST_PRODUCTS;
}

/** Measures both sides in turns, so that what else runs on the machine slows both. */
async function compare(
  model: Model,
  users: readonly Purchases[],
  report: (line: string) => void,
): Promise<Figure[]> {
  const moment = { asOfMs: model.asOfMs, horizonMs: model.horizonMs };
  const histories = users.map((purchases) => userHistory(before(purchases, model.asOfMs), moment));
  const implicit = await startImplicit(model, histories, report);
  const filter = Uint8Array.from({ length: model.products.count }, (_, number) => number % 2);
  const answerer = createAnswerer(model);
  const times = { plain: [] as number[], filtered: [] as number[], implicit: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const plain = answerTimes(answerer, users, undefined);
    const filtered = answerTimes(answerer, users, filter);
    const theirs = (await implicit?.round()) ?? [];
    // The first round lets both sides warm up.
    if (round === 0) continue;
    times.plain.push(...plain);
    times.filtered.push(...filtered);
    times.implicit.push(...theirs);
  }
  await implicit?.stop();
  const ratio = percentile(times.plain, 0.5) / percentile(times.implicit, 0.5);
  return [
    {
      subject: `one answer in process, Online Retail, known users with ${LEAST_PRODUCTS} to ${MOST_PRODUCTS} products, with filters`,
      target: 'p50 ≤ 4 ms, p99 ≤ 15 ms; stretch 1 ms, 5 ms',
      measured: describeTimes(times.filtered),
    },
    { subject: '… without filters', measured: describeTimes(times.plain) },
    {
      subject: "… PyPI implicit's recalculate_user and top 10, for the same users and factors",
      measured: implicit
        ? `${describeTimes(times.implicit)}: the answer takes ${ratio.toFixed(1)} times as long`
        : 'not installed',
    },
  ];
}

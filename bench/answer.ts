import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type Answerer, createAnswerer } from '../lambdas/serve/answer/answerer.ts';
import { purchasesOf } from '../lambdas/serve/answer/history.ts';
import { loadModel, type Model } from '../lambdas/serve/answer/model.ts';
import { before, type Purchases } from '../lambdas/serve/answer/purchases.ts';
import { userHistory } from '../lambdas/serve/answer/user-history.ts';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { writeFileLake } from '../local/lake/file-lake.ts';
import { ROOT } from '../local/process/paths.ts';
import { startImplicit } from './answer-implicit.ts';
import type { LoadedProcess } from './answer-process.ts';
import { differences, readRun } from './answer-run.ts';
import { type MadeShop, madeModel, madeSales } from './answer-shop.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { retailPolls } from './job.ts';
import { runJob } from './job-runs.ts';
import { RETAIL_FILE } from './retail.ts';

const RANK = 64;
const ROUNDS = 5;
/** Users who are answered for have so many products. */
const [LEAST_PRODUCTS, MOST_PRODUCTS] = [50, 70];
const MOST_USERS = 200;

const MADE: MadeShop = { products: 100_000, common: 18_000, rank: RANK };
const MADE_USERS = 1_000_000;
const USERS_PER_BLOCK = 50;
/** Lines of a made user. */
const LINES = 20;

export const answer: Benchmark = {
  title: 'one answer in process: Online Retail beside PyPI implicit, and a made shop of 100,000 products',
  async run(report) {
    const directory = mkdtempSync(join(tmpdir(), 'cartograph-bench-answer-'));
    try {
      const made = await measureMade(directory, report);
      if (existsSync(RETAIL_FILE)) return [...(await measureRetail(directory, report)), ...made];
      report(`Online Retail is skipped: ${RETAIL_FILE} does not exist`);
      return made;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function measureRetail(directory: string, report: (line: string) => void): Promise<Figure[]> {
  const lake = join(directory, 'retail');
  writeFileLake(lake, await retailPolls(), { rank: RANK });
  await runJob(lake, directory, 1);
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
      measured: describe(times.filtered),
    },
    { subject: '… without filters', measured: describe(times.plain) },
    {
      subject: "… PyPI implicit's recalculate_user and top 10, for the same users and factors",
      measured: implicit
        ? `${describe(times.implicit)}: the answer takes ${ratio.toFixed(1)} times as long`
        : 'not installed',
    },
  ];
}

function answerTimes(
  answerer: Answerer,
  users: readonly Purchases[],
  eligible: Uint8Array | undefined,
): number[] {
  return users.map((purchases, user) => {
    const startedMs = performance.now();
    answerer.answer(purchases, {
      list: user % 2 === 0 ? 'any' : 'new',
      n: 10,
      ...(eligible && { eligible }),
    });
    return performance.now() - startedMs;
  });
}

async function measureMade(directory: string, report: (line: string) => void): Promise<Figure[]> {
  const { document, file } = madeModel(MADE);
  const loaded = await loadInProcess(directory, document, file);
  report(`made shop: ${describeLoaded(loaded)}`);
  const model = loadModel(document, file);
  const users = Array.from(
    { length: MOST_USERS },
    (_, user) => purchasesOf(model, undefined, madeSales(MADE, user, 60)).purchases,
  );
  const answerer = createAnswerer(model);
  answerTimes(answerer, users, undefined);
  const times = Array.from({ length: ROUNDS }, () => answerTimes(answerer, users, undefined)).flat();
  return [
    {
      subject: `one answer in process, made shop of ${grouped(MADE.products)} products, ${grouped(MADE.common)} of them common, users with 60 products`,
      target: 'p99 ≤ 60 ms',
      measured: describe(times),
    },
    {
      subject: '… its model: to read, load, and answer for the first time; memory of the process',
      target: '≤ 3 s, ≤ 1.5 GB',
      measured: describeLoaded(loaded),
    },
    {
      subject: `… bytes read for a known user of ${grouped(MADE_USERS)}, each with ${LINES} lines`,
      measured: describeBlocks(model),
    },
  ];
}

/** Makes one block of histories as the job writes it. */
function describeBlocks(model: Model): string {
  const rows = Array.from({ length: USERS_PER_BLOCK }, (_, user) => {
    const { purchases } = purchasesOf(model, undefined, madeSales(MADE, user, LINES));
    const history = {
      product: [...purchases.products],
      atMs: [...purchases.atMs],
      basket: [...purchases.baskets],
      quantity: [...purchases.quantities],
      price: Array.from(purchases.prices, (price) => Number(price.toPrecision(3))),
      weight: [...purchases.weights],
      orders: [...new Set(purchases.baskets)].map((basket) => Math.imul(basket + user, 0x9e3779b1)),
    };
    return [`user-${user}`, history];
  });
  const bytes = gzipSync(JSON.stringify({ names: [], rows })).length;
  const blocks = MADE_USERS / USERS_PER_BLOCK;
  return `${(bytes / 1000).toFixed(1)} kB, one block of ${grouped(blocks)}`;
}

async function loadInProcess(
  directory: string,
  document: unknown,
  tensors: Uint8Array,
): Promise<LoadedProcess> {
  writeFileSync(join(directory, 'answer.json'), JSON.stringify(document));
  writeFileSync(join(directory, 'answer.safetensors'), tensors);
  const script = join(ROOT, 'bench', 'answer-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory]);
  return JSON.parse(stdout);
}

const describeLoaded = ({ readMs, loadMs, firstMs, rssBytes, emptyRssBytes }: LoadedProcess): string =>
  `${(readMs + loadMs + firstMs).toFixed(0)} ms (read ${readMs.toFixed(0)}, load ${loadMs.toFixed(0)}, answer ${firstMs.toFixed(0)}); ${megabytes(rssBytes)}, without the model ${megabytes(emptyRssBytes)}`;

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

const describe = (times: readonly number[]): string =>
  `p50 ${percentile(times, 0.5).toFixed(2)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms`;

/** Returns the value that a share of the values does not exceed; NaN if there are none. */
const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createAnswerer } from '../lambdas/serve/answer/answerer.ts';
import { purchasesOf } from '../lambdas/serve/answer/history.ts';
import { loadModel, type Model } from '../lambdas/serve/answer/model.ts';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { measureRetail } from './answer-retail.ts';
import { type MadeShop, madeModel, madeSales } from './answer-shop.ts';
import { answerTimes, describeLoaded, describeTimes, loadInProcess } from './answer-times.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { RETAIL_FILE } from './retail.ts';

const MADE: MadeShop = { products: 100_000, common: 18_000, rank: 64 };
const MADE_USERS = 1_000_000;
const MEASURED_USERS = 200;
const ROUNDS = 5;
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

async function measureMade(directory: string, report: (line: string) => void): Promise<Figure[]> {
  const { document, file } = madeModel(MADE);
  const loaded = await loadInProcess(directory, document, file);
  report(`made shop: ${describeLoaded(loaded)}`);
  const model = loadModel(document, file);
  const users = Array.from(
    { length: MEASURED_USERS },
    (_, user) => purchasesOf(model, undefined, madeSales(MADE, user, 60)).purchases,
  );
  const answerer = createAnswerer(model);
  answerTimes(answerer, users, undefined);
  const times = Array.from({ length: ROUNDS }, () => answerTimes(answerer, users, undefined)).flat();
  return [
    {
      subject: `one answer in process, made shop of ${grouped(MADE.products)} products, ${grouped(MADE.common)} of them common, users with 60 products`,
      target: 'p99 ≤ 60 ms',
      measured: describeTimes(times),
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

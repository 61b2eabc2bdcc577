import { z } from 'zod';
import { type Batch, planBatches } from '../lambdas/accumulate/batches.ts';
import { toParquet } from '../lambdas/accumulate/parquet.ts';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { createPersonIds, PLAIN_IDS } from '../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../lambdas/shared/privacy/person-key.ts';
import { parseMskEvent } from '../lambdas/shared/sales/msk-event.ts';
import { createSaleParser } from '../lambdas/shared/sales/sale.ts';
import { type Benchmark, median } from './benchmark.ts';
import { mskEvent } from './sales.ts';

const SALES = 10_000;
const ROUNDS = 15;
/** Rounds that are not counted, because the code is not yet compiled. */
const WARM_UP_ROUNDS = 5;

const parseSale = createSaleParser({});

const ZodSale = z.object({
  userId: z.union([z.string().min(1).max(256), z.number().transform(String)]),
  productId: z.union([z.string().min(1).max(256), z.number().transform(String)]),
  quantity: z
    .number()
    .refine((value) => value !== 0)
    .default(1),
  timestamp: z.union([z.iso.datetime({ offset: true }).transform(Date.parse), z.int()]),
  type: z.string().max(64).default('purchase'),
  orderId: z.union([z.string().min(1).max(256), z.number().transform(String)]).optional(),
  price: z.number().optional(),
  productName: z.string().max(1024).optional(),
});

const withOwnParser = (event: unknown): Batch | undefined =>
  planBatches(parseMskEvent(event), parseSale, PLAIN_IDS)[0];

const parseKeyed = createSaleParser({}, { userIds: 'keyed', refusePersonal: false });
const key = createPersonKey('a secret of this benchmark, of 64 characters, that protects no id');

/** As a new process does it, which has not yet seen any of the ids. */
const withPseudonyms = (event: unknown): Batch | undefined =>
  planBatches(parseMskEvent(event), parseKeyed, createPersonIds('keyed', key))[0];

function withZod(event: unknown): Batch | undefined {
  const [batch] = planBatches(
    parseMskEvent(event),
    (value) => {
      const sale = ZodSale.parse(JSON.parse(value?.toString() ?? ''));
      const {
        userId: user,
        productId: product,
        timestamp: atMs,
        quantity,
        type,
        orderId,
        price,
        productName,
      } = sale;
      return { user, product, quantity, atMs, type, orderId, price, productName };
    },
    PLAIN_IDS,
  );
  return batch;
}

/** Returns the seconds from an event to Parquet bytes. */
function secondsOf(plan: (event: unknown) => Batch | undefined, event: unknown): number {
  const start = process.hrtime.bigint();
  const batch = plan(event);
  if (!batch || toParquet(batch).length === 0 || batch.sales.length !== SALES)
    throw new Error('Cannot measure: the batch does not hold every sale');
  return Number(process.hrtime.bigint() - start) / 1e9;
}

export const accumulate: Benchmark = {
  title: `one core, an MSK event of ${grouped(SALES)} sales → Parquet bytes, compared with JSON.parse + zod + the same writer`,
  async run() {
    const event = mskEvent(SALES);
    const seconds: { own: number[]; zod: number[]; keyed: number[] } = { own: [], zod: [], keyed: [] };
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      const [own, zod, keyed] = [withOwnParser, withZod, withPseudonyms].map((plan) =>
        secondsOf(plan, event),
      ) as [number, number, number];
      if (round < 0) continue;
      seconds.own.push(own);
      seconds.zod.push(zod);
      seconds.keyed.push(keyed);
    }
    const rate = (values: number[]): string => grouped(Math.round(SALES / median(values)));
    const factorOf = (others: number[]): string =>
      median(seconds.own.map((own, round) => (others[round] ?? Number.NaN) / own)).toFixed(2);
    return [
      {
        subject: 'accumulate, one core, MSK event of 10,000 sales → Parquet bytes',
        target: '≥ 150,000 sales/s',
        measured: `${rate(seconds.own)} sales/s; ${factorOf(seconds.zod)}x JSON.parse + zod + the same writer (${rate(seconds.zod)})`,
      },
      {
        subject: 'the same with keyed ids: 1,000 users, 3,334 orders, masks of names and types',
        target: '≥ 100,000 sales/s',
        measured: `${rate(seconds.keyed)} sales/s; ${factorOf(seconds.keyed)}x the time of plain ids`,
      },
    ];
  },
};

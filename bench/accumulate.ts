/**
 * How many sales per second does accumulate turn from an MSK event into Parquet bytes, on one core, beside
 * JSON.parse + zod + the same writer? Both sides alternate in this process; medians.
 */
import { z } from 'zod';
import { type Batch, planBatches } from '../lambdas/accumulate/batches.ts';
import { parseMskEvent } from '../lambdas/accumulate/msk-event.ts';
import { toParquet } from '../lambdas/accumulate/parquet.ts';
import { createJudge } from '../lambdas/accumulate/sale.ts';
import { mskEvent } from './sales.ts';

const SALES = 10_000;
const ROUNDS = 15;

const judge = createJudge({});

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

const ours = (event: unknown): Batch | undefined => planBatches(parseMskEvent(event), judge)[0];

function withZod(event: unknown): Batch | undefined {
  const [batch] = planBatches(parseMskEvent(event), (value) => {
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
  });
  return batch;
}

function seconds(plan: (event: unknown) => Batch | undefined, event: unknown): number {
  const start = process.hrtime.bigint();
  const batch = plan(event);
  if (!batch || toParquet(batch).length === 0 || batch.sales.length !== SALES)
    throw new Error('nothing was stored');
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const event = mskEvent(SALES);
const times: { ours: number[]; zod: number[] } = { ours: [], zod: [] };
for (let round = -5; round < ROUNDS; round++) {
  const [a, b] = [seconds(ours, event), seconds(withZod, event)];
  if (round < 0) continue;
  times.ours.push(a);
  times.zod.push(b);
}
const rate = (values: number[]): string => Math.round(SALES / median(values)).toLocaleString('en-US');
console.log(
  `accumulate: ${rate(times.ours)} sales/s; JSON.parse + zod + the same writer: ${rate(times.zod)} sales/s; factor ${(median(times.zod) / median(times.ours)).toFixed(2)}`,
);

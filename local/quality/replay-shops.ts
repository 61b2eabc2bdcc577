import type { NewerSale } from '../../lambdas/serve/engine.ts';
import type { FieldMap } from '../../lambdas/shared/sales/field-map.ts';
import { createSaleParser, type Sale } from '../../lambdas/shared/sales/sale.ts';
import { defaultSales, type OutgoingRecord, SIMULATION_END_MS } from '../shop/simulate.ts';
import type { ReplayedSale } from './replay-order.ts';
import { type Purchase, type Row, SERVED_FROM_MS, SERVED_UNTIL_MS } from './retail.ts';

/** A purchase that counts, and its time, epoch ms. */
export type PastPurchase = Purchase & { readonly atMs: number };

/** A shop whose last part is replayed. */
export interface ReplayShop {
  readonly title: string;
  /** When the replayed period begins, epoch ms. */
  readonly fromMs: number;
  /** What is on the topic before the period, in its order. */
  readonly before: readonly OutgoingRecord[];
  /** Purchases that count, before the period, in any order. */
  readonly past: readonly PastPurchase[];
  /** The sales of the period, in any order. */
  readonly period: readonly ReplayedSale[];
}

/**
 * Returns Online Retail with its test month. What counts as a purchase is what counts for `--only served`; what answers know is every
 * row that remember would store.
 */
export function retailShop(rows: readonly Row[], fieldMap: FieldMap): ReplayShop {
  const parse = createSaleParser(fieldMap);
  const before = rows.filter(({ atMs }) => atMs < SERVED_FROM_MS);
  const after = rows.filter(({ atMs }) => atMs >= SERVED_FROM_MS && atMs < SERVED_UNTIL_MS);
  return {
    title: 'Online Retail, the month from 2011-11-09',
    fromMs: SERVED_FROM_MS,
    before: before.map(({ record }) => record),
    past: before.flatMap(({ purchase, atMs }) => (purchase ? { ...purchase, atMs } : [])),
    period: after.flatMap(({ record, purchase, atMs }) => {
      const sale = parse(record.value ?? undefined, record.timestampMs ?? atMs);
      return 'rejected' in sale ? [] : { user: sale.user, sale: newerSale(sale), bought: purchase?.product };
    }),
  };
}

/** Days of the simulated shop's ninety that are replayed. */
const REPLAYED_DAYS = 30;
const DAY_MS = 86_400_000;

/** Returns the shop of `npm start` with its last thirty days. Broken records count for nobody; a return is no purchase. */
export function simulatedShop(seed: number, count: number, fieldMap: FieldMap): ReplayShop {
  const parse = createSaleParser(fieldMap);
  const fromMs = SIMULATION_END_MS - REPLAYED_DAYS * DAY_MS;
  const records = [...defaultSales({ seed, count })];
  const isBefore = ({ timestampMs = fromMs }: OutgoingRecord): boolean => timestampMs < fromMs;
  const sales = (of: readonly OutgoingRecord[]): Sale[] =>
    of.flatMap(({ value, timestampMs }) => {
      const sale = parse(value ?? undefined, timestampMs ?? fromMs);
      return 'rejected' in sale ? [] : sale;
    });
  const before = records.filter(isBefore);
  return {
    title: `the simulated shop of \`npm start\`, its last ${REPLAYED_DAYS} days`,
    fromMs,
    before,
    past: sales(before).flatMap((sale) =>
      sale.quantity > 0 ? { ...purchaseOf(sale), atMs: sale.atMs } : [],
    ),
    period: sales(records.filter((record) => !isBefore(record))).map((sale) => ({
      user: sale.user,
      sale: newerSale(sale),
      bought: sale.quantity > 0 ? purchaseOf(sale).product : undefined,
    })),
  };
}

const purchaseOf = ({ user, product }: Sale): Purchase => ({ user, product: product.toUpperCase() });

const newerSale = ({ product, quantity, atMs, type, orderId, price }: Sale): NewerSale => ({
  product,
  quantity,
  atMs,
  type,
  ...(orderId !== undefined && { orderId }),
  ...(price !== undefined && { price }),
});

import { createHash } from 'node:crypto';
import type { StoredHistory } from '../../shared/contract/answer-model.ts';
import { gather, type Line } from './gather.ts';
import type { Model } from './model.ts';
import type { Purchases } from './purchases.ts';

const DAY_MS = 86_400_000;

/** A sale that the run does not know, or that a request brings. */
export interface NewerSale {
  readonly product: string;
  /** Units; negative for a return. */
  readonly quantity: number;
  readonly atMs: number;
  readonly type: string;
  readonly orderId?: string | undefined;
  readonly price?: number | undefined;
}

export interface MergedHistory {
  /** All lines, returns included. */
  readonly purchases: Purchases;
  /** Ids of the products that the model does not have, ascending; their sales are ignored. */
  readonly unknownProducts: string[];
  /** Time of the newest sale that counts, epoch ms; undefined if none does. */
  readonly newestMs: number | undefined;
  /** Number of the newer sales that count: those of known products and of types with a weight. */
  readonly recentUsed: number;
}

/**
 * Returns what a user did until now: the run's lines and newer sales, merged as training would.
 *
 * Lines are merged by day, order and product. Where a basket of the run goes on in newer sales, the run's line counts as one sale.
 *
 * @param stored The user's lines of the run; undefined if the run has none.
 * @param recent Newer sales, in any order; each sale once.
 * @throws {RangeError} If the stored lines name a product that the model does not have.
 */
export function purchasesOf(
  model: Model,
  stored: StoredHistory | undefined,
  recent: readonly NewerSale[],
): MergedHistory {
  const unknown = new Set<string>();
  const lines: Line[] = [];
  for (const sale of recent) {
    const product = model.products.numberOf(sale.product);
    const weight = model.typeWeights(sale.type);
    if (product === undefined) unknown.add(sale.product);
    else if (weight !== undefined) lines.push(newerLine(sale, product, weight));
  }
  const newestMs = newest([...(stored?.atMs ?? []), ...lines.map(({ atMs }) => atMs)]);
  checkStored(model, stored);
  const purchases =
    stored && lines.length === 0
      ? columnsOf(stored, newestMs)
      : gather([...storedLines(stored), ...lines], newestMs);
  return { purchases, unknownProducts: [...unknown].sort(), newestMs, recentUsed: lines.length };
}

function newest(times: readonly number[]): number | undefined {
  let found: number | undefined;
  for (const atMs of times) if (found === undefined || atMs > found) found = atMs;
  return found;
}

function checkStored({ products }: Model, stored: StoredHistory | undefined): void {
  const stray = stored?.product.find((product) => product >= products.count);
  if (stray !== undefined)
    throw new RangeError(
      `Cannot read a history: it has product ${stray}, should be below ${products.count}, the number of the model's products`,
    );
}

/** The run's lines are merged already. */
const columnsOf = (stored: StoredHistory, newestMs: number | undefined): Purchases => ({
  size: stored.product.length,
  products: Int32Array.from(stored.product),
  atMs: Float64Array.from(stored.atMs),
  baskets: Int32Array.from(stored.basket),
  quantities: Float32Array.from(stored.quantity),
  prices: Float32Array.from(stored.price, (price) => price ?? Number.NaN),
  weights: Float32Array.from(stored.weight),
  newestMs,
});

function storedLines(stored: StoredHistory | undefined): Line[] {
  if (!stored) return [];
  const columns = columnsOf(stored, undefined);
  return stored.product.map((product, line) => {
    const atMs = stored.atMs[line] as number;
    const basket = stored.basket[line] as number;
    return {
      product,
      atMs,
      basket: basketName(atMs, stored.orders[basket] ?? 0),
      // The run's baskets are in order, and come before newer ones of the same moment: "!" sorts before digits.
      place: `!${String(basket).padStart(10, '0')}`,
      quantity: columns.quantities[line] as number,
      price: columns.prices[line] as number,
      weight: columns.weights[line] as number,
    };
  });
}

const newerLine = (sale: NewerSale, product: number, weight: number): Line => ({
  product,
  atMs: sale.atMs,
  basket: basketName(sale.atMs, sale.orderId === undefined ? 0 : hashOf(sale.orderId)),
  place: `${dayOf(sale.atMs)}${sale.orderId === undefined ? '' : ` ${sale.orderId}`}`,
  quantity: sale.quantity,
  price: sale.price ?? Number.NaN,
  weight,
});

/** The day is part of the name, because shops reuse order ids, and give a return the id of the purchase. */
const basketName = (atMs: number, order: number): string => `${dayOf(atMs)} ${order}`;

const dayOf = (atMs: number): number => Math.floor(atMs / DAY_MS);

/** Returns the first 4 bytes of SHA-256 of an order id, as the histories of a run have them. */
const hashOf = (orderId: string): number => createHash('sha256').update(orderId).digest().readInt32BE();

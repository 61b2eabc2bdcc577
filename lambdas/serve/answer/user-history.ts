import { decay, ln, log1p } from './elementary.ts';
import { isPurchase, type Purchases } from './purchases.ts';

const { fround } = Math;

/** Half-lives, in horizons: of `weights`, of `newestWeights`, and of what makes a product one of the strongest. */
export const HALF_LIFE = 6;
const NEWEST_HALF_LIFE = 0.75;
const STRENGTH_HALF_LIFE = 6;
const TIE_HALF_LIFE = 18;

/** The moment that features describe, and the unit of time in which they count. */
export interface Moment {
  /** Sales before this moment are known, epoch ms. */
  readonly asOfMs: number;
  readonly horizonMs: number;
}

/**
 * The purchases of one user by product, as features and candidates need them. `products`, `weights` and `newestWeights` are by
 * distinct product, ascending; an "index" is a place in them. Ages are in horizons.
 */
export interface UserHistory {
  readonly purchases: Purchases;
  readonly moment: Moment;
  /** Numbers of the products that the user bought, or looked at. */
  readonly products: Int32Array;
  /** By index: 1 if the user bought the product; the user only looked at the others. */
  readonly isBought: Uint8Array;
  /** Lines by product, oldest first: index i has those from `starts[i]` to before `starts[i + 1]`. */
  readonly byProduct: Int32Array;
  readonly starts: Int32Array;
  /** The basket of each line, counted from 1. */
  readonly ordinals: Int32Array;
  /** Number of baskets. */
  readonly baskets: number;
  /** Decay of the newest line of each product: its weight in the scores of products that go together with it. */
  readonly weights: Float32Array;
  /** The same with a shorter half-life. */
  readonly newestWeights: Float32Array;
  /** Sum of `weights`, above 0. */
  readonly weight: number;
  /** Mean of ln(price) over the lines with a price; NaN if no line has one. */
  readonly logPrice: number;
  /** Age of the newest line, and of the oldest. */
  readonly lastAge: number;
  readonly firstAge: number;
}

/** @param purchases Before the moment, at least one line. */
export function userHistory(purchases: Purchases, moment: Moment): UserHistory {
  const byProduct = linesByProduct(purchases);
  const starts = startsOf(purchases, byProduct);
  const ordinals = ordinalsOf(purchases);
  const indices = starts.subarray(0, -1);
  const newestLines = starts.subarray(1).map((end) => byProduct[end - 1] as number);
  const decayed = (halfLife: number): Float32Array =>
    Float32Array.from(newestLines, (line) =>
      decay((moment.asOfMs - (purchases.atMs[line] as number)) / moment.horizonMs, halfLife),
    );
  const weights = decayed(HALF_LIFE);
  return {
    purchases,
    moment,
    products: indices.map((start) => purchases.products[byProduct[start] as number] as number),
    isBought: Uint8Array.from(indices, (start, index) =>
      byProduct
        .subarray(start, starts[index + 1])
        .some((line) => isPurchase(purchases.weights[line] as number))
        ? 1
        : 0,
    ),
    byProduct,
    starts,
    ordinals,
    baskets: ordinals[ordinals.length - 1] as number,
    weights,
    newestWeights: decayed(NEWEST_HALF_LIFE),
    weight: fround(weights.reduce((sum, weight) => fround(sum + weight), 0) + fround(1e-9)),
    logPrice: logPriceOf(purchases),
    ...agesOf(purchases, moment),
  };
}

function linesByProduct({ size, products }: Purchases): Int32Array {
  // The product and the line in one number, so that sorting makes no objects.
  const keys = Float64Array.from(products, (product, line) => product * size + line);
  return Int32Array.from(keys.sort(), (key) => key % size);
}

function startsOf({ products }: Purchases, byProduct: Int32Array): Int32Array {
  const starts: number[] = [];
  for (let at = 0; at < byProduct.length; at++)
    if (at === 0 || products[byProduct[at] as number] !== products[byProduct[at - 1] as number])
      starts.push(at);
  return Int32Array.from([...starts, byProduct.length]);
}

function ordinalsOf({ size, baskets }: Purchases): Int32Array {
  const ordinals = new Int32Array(size);
  for (let line = 0; line < size; line++) {
    const isNext = line === 0 || baskets[line] !== baskets[line - 1];
    ordinals[line] = (ordinals[line - 1] ?? 0) + (isNext ? 1 : 0);
  }
  return ordinals;
}

function logPriceOf({ prices }: Purchases): number {
  const priced = prices.filter((price) => price > 0);
  let sum = 0;
  for (const price of priced) sum += ln(price);
  return priced.length === 0 ? Number.NaN : sum / priced.length;
}

function agesOf({ atMs }: Purchases, moment: Moment): { lastAge: number; firstAge: number } {
  let [oldestMs, newestMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const at of atMs) {
    if (at < oldestMs) oldestMs = at;
    if (at > newestMs) newestMs = at;
  }
  return {
    lastAge: (moment.asOfMs - newestMs) / moment.horizonMs,
    firstAge: (moment.asOfMs - oldestMs) / moment.horizonMs,
  };
}

/** Age of a line, horizons. */
export const ageOf = ({ purchases, moment }: UserHistory, line: number): number =>
  (moment.asOfMs - (purchases.atMs[line] as number)) / moment.horizonMs;

/** The lines of the product at an index. */
export const firstLine = ({ byProduct, starts }: UserHistory, index: number): number =>
  byProduct[starts[index] as number] as number;
export const lastLine = ({ byProduct, starts }: UserHistory, index: number): number =>
  byProduct[(starts[index + 1] as number) - 1] as number;
export const countOf = ({ starts }: UserHistory, index: number): number =>
  (starts[index + 1] as number) - (starts[index] as number);

/** Counts the lines of the product at an index in the last `count` baskets of the user. */
export function linesInLast(
  { byProduct, starts, ordinals, baskets }: UserHistory,
  index: number,
  count: number,
): number {
  let found = 0;
  for (let at = starts[index] as number; at < (starts[index + 1] as number); at++)
    if ((ordinals[byProduct[at] as number] as number) > baskets - count) found++;
  return found;
}

/** Sums the weights of the lines of the product at an index, decayed, oldest first. */
export function decayedLines(history: UserHistory, index: number, halfLife: number): number {
  const { byProduct, starts, purchases } = history;
  let sum = 0;
  for (let at = starts[index] as number; at < (starts[index + 1] as number); at++) {
    const line = byProduct[at] as number;
    sum += (purchases.weights[line] as number) * decay(ageOf(history, line), halfLife);
  }
  return sum;
}

/** Sums ln(1 + units) over the lines of the product at an index, oldest first. */
export function logUnits({ byProduct, starts, purchases }: UserHistory, index: number): number {
  let sum = 0;
  for (let at = starts[index] as number; at < (starts[index + 1] as number); at++)
    sum += log1p(purchases.quantities[byProduct[at] as number] as number);
  return sum;
}

/**
 * Returns at most `count` of some of the user's products: those with the most purchases, decayed; in no order.
 *
 * @param admits Takes a product number.
 */
export function strongest(
  history: UserHistory,
  count: number,
  admits: (product: number) => boolean,
): Int32Array {
  const { products } = history;
  const admitted = products.filter(admits);
  if (admitted.length <= count) return admitted;
  const strengths = new Map(
    Array.from(products, (product, index) => [
      product,
      decayedLines(history, index, STRENGTH_HALF_LIFE) + 0.001 * decayedLines(history, index, TIE_HALF_LIFE),
    ]),
  );
  const strengthOf = (product: number): number => strengths.get(product) ?? 0;
  return admitted.sort((a, b) => strengthOf(b) - strengthOf(a) || a - b).subarray(0, count);
}

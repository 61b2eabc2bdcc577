import { isPurchase, type Purchases } from './purchases.ts';

/** A sale, or a line that was merged from sales. */
export interface Line {
  readonly product: number;
  readonly atMs: number;
  /** Names the basket: lines with equal names are of one basket. */
  readonly basket: string;
  /** Decides the order of baskets that begin at the same moment. */
  readonly place: string;
  readonly quantity: number;
  /** NaN if unknown. */
  readonly price: number;
  readonly weight: number;
}

/** Larger quantities in one line are taken for errors and capped, because they would outweigh everything else. */
const MAX_UNITS = 1e6;
/** Prices beyond what a float32 can hold are capped likewise. */
const MAX_PRICE = 3.4028234663852886e38;

/**
 * Merges the lines of a basket and product, as training does. Baskets are in the order of their first sale. The order of the lines
 * does not matter.
 *
 * @param newestMs Time of the newest sale; undefined without sales.
 */
export function gather(lines: readonly Line[], newestMs: number | undefined): Purchases {
  const merged = [...basketsOf(lines)].flatMap((basket, number) => mergedLines(basket, number));
  return {
    size: merged.length,
    products: Int32Array.from(merged, ({ product }) => product),
    atMs: Float64Array.from(merged, ({ atMs }) => atMs),
    baskets: Int32Array.from(merged, ({ basket }) => basket),
    quantities: Float32Array.from(merged, ({ quantity }) => quantity),
    prices: Float32Array.from(merged, ({ price }) => price),
    weights: Float32Array.from(merged, ({ weight }) => weight),
    newestMs,
  };
}

/** Returns the lines of each basket, oldest basket first. */
function basketsOf(lines: readonly Line[]): Line[][] {
  const baskets = Map.groupBy(lines, ({ basket }) => basket);
  return [...baskets.values()]
    .map((own) => {
      const [place = ''] = own.map((line) => line.place).sort();
      return { own, place, atMs: earliest(own) };
    })
    .sort((a, b) => a.atMs - b.atMs || (a.place < b.place ? -1 : 1))
    .map(({ own }) => own);
}

interface MergedLine extends Omit<Line, 'basket' | 'place'> {
  readonly basket: number;
}

/** Purchases, returns and other events of a product stay separate lines. */
function mergedLines(basket: readonly Line[], number: number): MergedLine[] {
  const kind = ({ weight, quantity }: Line): number => 2 * Number(isPurchase(weight)) + Number(quantity > 0);
  const parts = Map.groupBy(basket, (line) => 4 * line.product + kind(line));
  return [...parts]
    .sort(([a], [b]) => a - b)
    .map(([key, part]) => ({
      product: Math.floor(key / 4),
      atMs: earliest(part),
      basket: number,
      quantity: capped(sum(part.map(({ quantity }) => quantity)), MAX_UNITS),
      price: capped(mean(part.map(({ price }) => price).filter((price) => !Number.isNaN(price))), MAX_PRICE),
      weight: part.reduce((most, { weight }) => Math.max(most, weight), 0),
    }));
}

/** Limits a number to `-most` to `most`; NaN stays NaN. */
const capped = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

const earliest = (lines: readonly Line[]): number =>
  lines.reduce((first, { atMs }) => Math.min(first, atMs), Number.POSITIVE_INFINITY);

/** Adds in ascending order, because a sum of fractions depends on the order. */
const sum = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b).reduce((total, value) => total + value, 0);

const mean = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : sum(values) / values.length;

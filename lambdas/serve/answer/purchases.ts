/**
 * The sales of a user: purchases, returns and other events, such as views. There is one line per basket, product and kind of these
 * three, oldest basket first; the arrays are the columns. This is the `Purchases` of the Spark job.
 */
export interface Purchases {
  readonly size: number;
  /** Numbers of the products. */
  readonly products: Int32Array;
  /** Time of the first sale of the line, epoch ms. */
  readonly atMs: Float64Array;
  /** Number of the basket; the lines of a basket follow each other. */
  readonly baskets: Int32Array;
  /** Units; negative for returns. */
  readonly quantities: Float32Array;
  /** Price of a unit; NaN if unknown. */
  readonly prices: Float32Array;
  /** Weight of the type of the sale. */
  readonly weights: Float32Array;
  /** Time of the newest sale, epoch ms; undefined without sales. */
  readonly newestMs: number | undefined;
}

/** Least weight of a purchase or a return, where the heaviest type has 1; other events weigh less. */
const LEAST_PURCHASE = 0.5;

/** Sums of fractional quantities that cancel out are not exactly 0. */
const EPSILON = 1e-9;

export const isPurchase = (weight: number): boolean => weight >= LEAST_PURCHASE;

/** Returns the sales before a moment, without those of products that had been returned by then, and without returns. */
export function before(purchases: Purchases, momentMs: number): Purchases {
  const { products, atMs, quantities, weights } = purchases;
  const net = new Map<number, number>();
  for (let line = 0; line < purchases.size; line++) {
    if ((atMs[line] as number) >= momentMs || !isPurchase(weights[line] as number)) continue;
    const product = products[line] as number;
    net.set(product, (net.get(product) ?? 0) + (quantities[line] as number));
  }
  const kept: number[] = [];
  for (let line = 0; line < purchases.size; line++) {
    const isKept = (quantities[line] as number) > 0 && (net.get(products[line] as number) ?? 1) > EPSILON;
    if (isKept && (atMs[line] as number) < momentMs) kept.push(line);
  }
  return kept.length === purchases.size ? purchases : picked(purchases, kept);
}

function picked(purchases: Purchases, lines: readonly number[]): Purchases {
  const pick =
    <Column extends { [line: number]: number }>(column: Column) =>
    (line: number) =>
      column[line] as number;
  return {
    size: lines.length,
    products: Int32Array.from(lines, pick(purchases.products)),
    atMs: Float64Array.from(lines, pick(purchases.atMs)),
    baskets: Int32Array.from(lines, pick(purchases.baskets)),
    quantities: Float32Array.from(lines, pick(purchases.quantities)),
    prices: Float32Array.from(lines, pick(purchases.prices)),
    weights: Float32Array.from(lines, pick(purchases.weights)),
    newestMs: purchases.newestMs,
  };
}

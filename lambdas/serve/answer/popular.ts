import { type FeatureName, PRODUCT_FEATURES } from './feature-names.ts';
import { type Links, sourceOf } from './links.ts';
import type { Model } from './model.ts';
import { createSelection, type Ranked, rounded } from './selection.ts';
import { type Eligible, isEligible } from './sources.ts';

/** How many products are wanted, and which may be among them. */
export interface ProductQuery {
  readonly n: number;
  readonly eligible?: Eligible;
}

/**
 * Returns the products that sell most at the moment of the run: by their share of the lines of the last horizon, then of all lines,
 * then by number. Products without a sale are left out.
 */
export function popularProducts(model: Model, { n, eligible }: ProductQuery): Ranked[] {
  const [one, ever] = [featureOf(model, 'productOne'), featureOf(model, 'productEver')];
  const best = createSelection(n);
  for (let product = 0; product < model.products.count; product++)
    if (model.rows.isKnown[product] === 1 && isEligible(eligible, product))
      best.offer(product, rounded(one(product)), ever(product));
  return best.result();
}

/**
 * Returns eligible products by the number of their buyers, then by number; also those that were never bought.
 *
 * @param admits Takes a product number.
 */
export function mostBuyers(
  { products, rows }: Model,
  n: number,
  admits: (product: number) => boolean,
): number[] {
  const best = createSelection(n);
  for (let product = 0; product < products.count; product++)
    if (admits(product)) best.offer(product, rows.buyers[product] as number, 0);
  return best.result().map(({ number }) => number);
}

/** Fewer lines than this in the last horizon are not a trend. */
const LEAST_LINES = 5;
/** Lines that are added to both numbers, so that a product that sold 1 and now sells 5 does not grow fivefold. */
const PRIOR_LINES = 5;
/** The past of a product: the horizons before the last one, up to this age. */
const PAST_HORIZONS = 6;
/** A shorter past says nothing. */
const LEAST_PAST_HORIZONS = 0.5;

/**
 * Returns the products that grow, by how much they grow:
 *
 *   growth = (lines of the last horizon + 5) / (lines per horizon of the 5 horizons before it + 5)
 *
 * It compares a product with its own past, so that a bestseller that sells as always is not a trend, and it is 1 for a product that
 * sells as it did. The 5 lines that both numbers start with keep chance out: small counts double easily. For the same reason a
 * product needs 5 lines in the last horizon. If the shop's sales began less than 6 horizons ago, the past is as long as the shop's;
 * a product that is new in it counts as not sold before.
 *
 * @returns Only products whose growth is above 1, the fastest first, ties by the lines of the last horizon, then by number; none
 *     if the shop has no past of half a horizon.
 */
export function trendingProducts(model: Model, { n, eligible }: ProductQuery): Ranked[] {
  const { rows, spans, products } = model;
  const [one, past] = [spans.indexOf(1), spans.indexOf(PAST_HORIZONS)];
  const pastHorizons = Math.min(PAST_HORIZONS, shopAge(model)) - 1;
  const best = createSelection(n);
  if (one < 0 || past < 0 || !(pastHorizons >= LEAST_PAST_HORIZONS)) return [];
  for (let product = 0; product < products.count; product++) {
    const lines = rows.lines[product * spans.length + one] as number;
    if (lines < LEAST_LINES || !isEligible(eligible, product)) continue;
    const before = ((rows.lines[product * spans.length + past] as number) - lines) / pastHorizons;
    const growth = rounded((lines + PRIOR_LINES) / (before + PRIOR_LINES));
    if (growth > 1) best.offer(product, growth, lines);
  }
  return best.result();
}

/** The age of the shop's oldest sale, horizons; 0 without sales. */
function shopAge(model: Model): number {
  const firstAge = featureOf(model, 'productFirstAge');
  let age = 0;
  for (let product = 0; product < model.products.count; product++)
    if (model.rows.isKnown[product] === 1) age = Math.max(age, firstAge(product));
  return age;
}

function featureOf(
  { rows }: Model,
  name: FeatureName & (typeof PRODUCT_FEATURES)[number],
): (product: number) => number {
  const column = PRODUCT_FEATURES.indexOf(name);
  return (product) => rows.features[product * PRODUCT_FEATURES.length + column] as number;
}

/**
 * Returns the products that a kind of link leads to from a product, strongest first, ties by number; none for a product that few
 * users bought.
 */
export function linkedProducts(
  { common }: Model,
  { links, product }: { links: Links; product: number },
  { n, eligible }: ProductQuery,
): Ranked[] {
  const source = sourceOf(links, product);
  if (source < 0) return [];
  const best = createSelection(n);
  for (let link = links.starts[source] as number; link < (links.starts[source + 1] as number); link++) {
    const target = common.products[links.targets[link] as number] as number;
    const score = rounded(links.strengths[link] as number);
    if (score > 0 && isEligible(eligible, target)) best.offer(target, score, 0);
  }
  return best.result();
}

import type { CommonScores } from './common-scores.ts';
import {
  columnOf,
  NEVER,
  PAIR_FROM,
  PRODUCT_FEATURES,
  PRODUCT_FROM,
  USER_FROM,
  WIDTH,
} from './feature-names.ts';
import { dotFloats, norm } from './linear.ts';
import { indexIn } from './links.ts';
import type { Model } from './model.ts';
import { ownFeatures, userFeatures } from './own-features.ts';
import { noTies, sortRows } from './row-order.ts';
import type { UserHistory } from './user-history.ts';

const { fround } = Math;

/** The candidates of a user and their features. */
export interface Candidates {
  /** Numbers, ascending. */
  readonly products: Int32Array;
  /** By row: 1 if the user bought the product. */
  readonly isOwned: Uint8Array;
  /** Row after row, `WIDTH` values each. Valid until the next user is described. */
  readonly features: Float32Array;
}

/** The features of products that the user neither bought nor looked at. */
const NOT_OWN = Float32Array.from({ length: USER_FROM }, (_, column) =>
  ['ownLastAge', 'ownFirstAge', 'ownGap', 'ownDue', 'ownBasketsSince'].some(
    (name) => columnOf(name as 'ownGap') === column,
  )
    ? NEVER
    : 0,
);

const ALS = columnOf('als');
const PLACES = [
  { score: ALS, place: columnOf('alsPlace') },
  { score: columnOf('usersScore'), place: columnOf('usersPlace') },
] as const;

/**
 * Returns a function that describes the candidates of one user after another. Features are float32 values that are computed from
 * doubles, as in the Spark job; those of a pair of user and product are sums of float32 values.
 *
 * @returns A function that takes the products, ascending; each is common or has a row. The user must have been scored.
 */
export function createFeatures(
  model: Model,
  scores: CommonScores,
): (history: UserHistory, factor: Float32Array, products: Int32Array) => Candidates {
  const { rows, common, hasNeighbours } = model;
  let buffer = new Float32Array(0);
  return (history, factor, products) => {
    const length = products.length * WIDTH;
    if (buffer.length < length) buffer = new Float32Array(2 * length);
    const features = buffer.subarray(0, length);
    const isOwned = new Uint8Array(products.length);
    const user = userFeatures(history);
    const pairs = createPairs(model, scores, { history, factor });
    for (let row = 0; row < products.length; row++) {
      const product = products[row] as number;
      const offset = row * WIDTH;
      const index = indexIn(history.products, product);
      if (index >= 0) {
        isOwned[row] = history.isBought[index] as number;
        ownFeatures(history, index, { usualGap: rows.gaps[product] as number, row: features, offset });
      } else features.set(NOT_OWN, offset);
      features.set(user, offset + USER_FROM);
      const from = product * PRODUCT_FEATURES.length;
      for (let at = 0; at < PRODUCT_FEATURES.length; at++)
        features[offset + PRODUCT_FROM + at] = rows.features[from + at] as number;
      const place = common.placeOf[product] as number;
      if (hasNeighbours) pairs(product, place, features, offset + PAIR_FROM);
      else {
        features.fill(0, offset + PAIR_FROM, offset + WIDTH);
        features[offset + ALS] = alsOf(model, scores, factor, product);
      }
    }
    for (const places of hasNeighbours ? PLACES : PLACES.slice(0, 1))
      fillPlaces(features, products.length, places);
    return { products, isOwned, features };
  };
}

function alsOf(
  { common, rows, rank }: Model,
  scores: CommonScores,
  factor: Float32Array,
  product: number,
): number {
  const place = common.placeOf[product] as number;
  if (place >= 0) return scores.als[place] as number;
  return dotFloats(factor, rows.factors, product * rank, rank);
}

/** Returns a function that writes the features of the user and a product together to `row`, the first of them to `at`. */
function createPairs(
  model: Model,
  scores: CommonScores,
  { history, factor }: { history: UserHistory; factor: Float32Array },
): (product: number, place: number, row: Float32Array, at: number) => void {
  const { rows, rank } = model;
  const factorNorm = norm(factor);
  // A product that is not common has no place, and no links lead to it.
  const at = (values: Float32Array, place: number): number => (place < 0 ? 0 : (values[place] as number));
  return (product, place, row, offset) => {
    const users = at(scores.users, place);
    const after = at(scores.after, place);
    const difference = (rows.logPrices[product] as number) - history.logPrice;
    const priceRatio = Number.isNaN(difference) ? 0 : fround(difference);
    const audience = dotFloats(factor, rows.audience, product * rank, rank);
    let column = offset;
    row[column++] = alsOf(model, scores, factor, product);
    row[column++] = 0;
    row[column++] = users;
    row[column++] = 0;
    row[column++] = users / history.weight;
    row[column++] = at(scores.baskets, place);
    row[column++] = after;
    row[column++] = after / history.weight;
    row[column++] = at(scores.closest, place);
    row[column++] = priceRatio;
    row[column++] = Math.abs(priceRatio);
    row[column++] = at(scores.newestBaskets, place);
    row[column++] = audience;
    row[column++] = audience / (factorNorm * (rows.audienceNorms[product] as number) + 1e-9);
    row[column++] = dotFloats(factor, rows.newestAudience, product * rank, rank);
  };
}

/** Fills in each candidate's place by a score, highest first, ties in the order of products. */
function fillPlaces(
  features: Float32Array,
  count: number,
  { score, place }: { score: number; place: number },
): void {
  const order = Int32Array.from({ length: count }, (_, row) => row);
  const scores = new Float64Array(count);
  for (let row = 0; row < count; row++) scores[row] = features[row * WIDTH + score] as number;
  sortRows(order, { scores, ties: noTies(count) });
  for (let at = 0; at < count; at++) features[(order[at] as number) * WIDTH + place] = at;
}

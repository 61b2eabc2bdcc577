import { columnOf, WIDTH } from './feature-names.ts';
import type { Candidates } from './features.ts';
import { BY_FACTORS, type ByFeature, type ListOrder } from './list-order.ts';
import { noTies, type RowScores, sortRows } from './row-order.ts';
import { rounded } from './selection.ts';
import { treeScores } from './trees.ts';

/** The larger it is, the less the first places differ from those after them. */
const FLATNESS = 10;
/** Added to a score by users, so that it counts more than any share of the sales. */
const KNOWN_USERS = 1e6;

const [BASKETS, USERS, PRODUCT_ONE] = [
  columnOf('basketsScore'),
  columnOf('usersScore'),
  columnOf('productOne'),
];

/**
 * Scores candidates as the list is ordered.
 *
 * A blend is a convex blend of several orders (reciprocal rank fusion: Cormack, Clarke and Buettcher, SIGIR 2009):
 *
 *   score(p) = sum over parts of weight / (10 + place of p in the part's order)
 *
 * Places count from 0 among the rows that the list admits.
 *
 * @param rows The rows that the list admits, ascending.
 * @returns By row; those of other rows are not defined. Scores of a single order are rounded.
 */
export function scoresOf(order: ListOrder, candidates: Candidates, rows: Int32Array): RowScores {
  if (order.kind === 'feature') return byFeature(order.by, candidates);
  const sums = new Float64Array(candidates.products.length);
  for (const { weight, scores } of partsOf(order, candidates, rows)) {
    const places = rows.slice();
    sortRows(places, scores);
    for (let place = 0; place < places.length; place++) {
      const row = places[place] as number;
      sums[row] = (sums[row] as number) + weight / (FLATNESS + place);
    }
  }
  return { scores: sums, ties: noTies(sums.length) };
}

interface Part {
  readonly weight: number;
  readonly scores: RowScores;
}

/** The order of the parts decides the order of sums. */
function partsOf(
  { trees, factors, coPurchase, baseline }: Extract<ListOrder, { kind: 'blend' }>,
  candidates: Candidates,
  rows: Int32Array,
): Part[] {
  const parts: Part[] = [];
  if (trees) {
    const scores = roundAll(treeScores(trees.ensembles, candidates, rows));
    parts.push({ weight: trees.weight, scores: { scores, ties: noTies(scores.length) } });
  }
  if (factors > 0) parts.push({ weight: factors, scores: byFeature(BY_FACTORS, candidates) });
  if (coPurchase > 0) parts.push({ weight: coPurchase, scores: byCoPurchase(candidates) });
  if (baseline.weight > 0)
    parts.push({ weight: baseline.weight, scores: byFeature(baseline.by, candidates) });
  return parts;
}

const byFeature = ({ feature, second }: ByFeature, candidates: Candidates): RowScores => ({
  scores: roundAll(columnAt(candidates, feature)),
  ties: columnAt(candidates, second),
});

/**
 * By what is in the same baskets as the user's products; then by what the same users bought; and where nothing is known of both,
 * by recent popularity.
 */
function byCoPurchase(candidates: Candidates): RowScores {
  const users = columnAt(candidates, USERS);
  const popularity = columnAt(candidates, PRODUCT_ONE);
  return {
    scores: roundAll(columnAt(candidates, BASKETS)),
    ties: users.map((score, row) => (score > 0 ? KNOWN_USERS + score : (popularity[row] as number))),
  };
}

/** Rounds scores where they are. */
function roundAll(scores: Float64Array): Float64Array {
  for (let row = 0; row < scores.length; row++) scores[row] = rounded(scores[row] as number);
  return scores;
}

function columnAt({ features, products }: Candidates, column: number): Float64Array {
  const values = new Float64Array(products.length);
  for (let row = 0; row < values.length; row++) values[row] = features[row * WIDTH + column] as number;
  return values;
}

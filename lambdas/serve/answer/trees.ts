import { WIDTH } from './feature-names.ts';
import type { Candidates } from './features.ts';
import { COLUMNS, type Ensembles } from './list-order.ts';
import { noTies, sortRows } from './row-order.ts';
import { rounded } from './selection.ts';

/**
 * Scores candidates by trees in two steps, as the `Cascade` of the Spark job: a few trees of every ensemble score all candidates, and
 * the others only those that are best so far.
 */

/** Trees of each ensemble that score all candidates. */
const FIRST = 10;
/** Candidates that all trees score, at most. */
const KEPT = 200;
/** Lower than the score of any candidate that all trees scored. */
const BELOW = 1e6;

/**
 * Returns the mean score of the ensembles.
 *
 * @param rows The rows of the candidates that the list admits, ascending.
 * @returns By row. Those of other rows are not defined. Candidates that only the first trees scored come after the others, in the
 *     order of these trees.
 */
export function treeScores(
  ensembles: Ensembles,
  { features, products }: Candidates,
  rows: Int32Array,
): Float64Array {
  const means = new Float64Array(products.length);
  const first = Math.min(FIRST, ensembles.trees);
  const sums = addTrees(ensembles, { from: 0, until: first }, features, {
    rows,
    sums: new Float64Array(ensembles.ensembles * rows.length),
  });
  takeMeans(means, rows, sums);
  if (ensembles.trees <= FIRST) return means;
  const kept = rows.length > KEPT ? best(rows, means) : rows;
  const keptSums = kept === rows ? sums : sumsOf(sums, rows, kept);
  if (kept !== rows) for (const row of rows) means[row] = (means[row] as number) - BELOW;
  takeMeans(
    means,
    kept,
    addTrees(ensembles, { from: first, until: ensembles.trees }, features, { rows: kept, sums: keptSums }),
  );
  return means;
}

/** Sums of the trees of each ensemble: those of the first ensemble for each of `rows`, then those of the second, and so on. */
interface Sums {
  readonly rows: Int32Array;
  readonly sums: Float64Array;
}

function addTrees(
  { ensembles, trees, roots, depths, splits, threshold, value }: Ensembles,
  { from, until }: { from: number; until: number },
  features: Float32Array,
  { rows, sums }: Sums,
): Float64Array {
  const count = rows.length;
  const nodes = new Int32Array(count);
  const offsets = rows.map((row) => row * WIDTH);
  for (let ensemble = 0; ensemble < ensembles; ensemble++) {
    for (let tree = ensemble * trees + from; tree < ensemble * trees + until; tree++) {
      nodes.fill(roots[tree] as number);
      // All rows take a step before any takes the next: neighbouring steps do not wait for each other.
      for (let step = depths[tree] as number; step > 0; step--) {
        for (let at = 0; at < count; at++) {
          const node = nodes[at] as number;
          const split = splits[node] as number;
          const value = features[(offsets[at] as number) + (split & (COLUMNS - 1))] as number;
          nodes[at] = (split >>> 6) + Number(value > (threshold[node] as number));
        }
      }
      const first = ensemble * count;
      for (let at = 0; at < count; at++)
        sums[first + at] = (sums[first + at] as number) + (value[nodes[at] as number] as number);
    }
  }
  return sums;
}

function takeMeans(means: Float64Array, rows: Int32Array, sums: Float64Array): void {
  const ensembles = sums.length / Math.max(1, rows.length);
  for (let at = 0; at < rows.length; at++) {
    let sum = 0;
    for (let ensemble = 0; ensemble < ensembles; ensemble++)
      sum += sums[ensemble * rows.length + at] as number;
    means[rows[at] as number] = sum / ensembles;
  }
}

/** Returns the rows with the highest scores, ascending. */
function best(rows: Int32Array, scores: Float64Array): Int32Array {
  const order = rows.slice();
  sortRows(order, { scores: scores.map(rounded), ties: noTies(scores.length) });
  return order.slice(0, KEPT).sort();
}

function sumsOf(sums: Float64Array, rows: Int32Array, kept: Int32Array): Float64Array {
  const ensembles = sums.length / rows.length;
  const found = new Float64Array(ensembles * kept.length);
  let at = 0;
  kept.forEach((row, place) => {
    while (rows[at] !== row) at++;
    for (let ensemble = 0; ensemble < ensembles; ensemble++)
      found[ensemble * kept.length + place] = sums[ensemble * rows.length + at] as number;
  });
  return found;
}

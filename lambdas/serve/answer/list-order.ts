import type { AnswerList } from '../../shared/contract/answer-model.ts';
import { columnOf, type FeatureName, isFeature } from './feature-names.ts';
import type { Tensors } from './safetensors.ts';

/** An order by a feature, and by a second one where candidates are equal in it: their columns. */
export interface ByFeature {
  readonly feature: number;
  readonly second: number;
}

/** More than the columns of a row; a power of two, so that both parts of a split are found by bits. */
export const COLUMNS = 64;

/** The order of matrix factorisation. */
export const BY_FACTORS: ByFeature = { feature: columnOf('als'), second: columnOf('productOne') };

/**
 * Ensembles of regression trees, as arrays by node. The nodes of all trees of all ensembles follow each other; tree t of ensemble e
 * begins at the node `roots[e * trees + t]`.
 */
export interface Ensembles {
  readonly ensembles: number;
  readonly trees: number;
  readonly roots: Int32Array;
  /** By tree, as `roots`: steps from the root to the deepest leaf. */
  readonly depths: Int32Array;
  /** The left child * 64 + the column that a node compares; the right child follows the left one. A leaf is its own left child. */
  readonly splits: Int32Array;
  /** A row goes to the left child if its value is at most this; infinite for a leaf. */
  readonly threshold: Float32Array;
  /** Of a leaf: what it adds to the score of a row. */
  readonly value: Float64Array;
}

/** How a list is ordered: by one order, or by a blend of several. Weights are above 0 and add up to 1. */
export type ListOrder =
  | { readonly kind: 'feature'; readonly by: ByFeature }
  | {
      readonly kind: 'blend';
      readonly trees: { readonly weight: number; readonly ensembles: Ensembles } | undefined;
      readonly factors: number;
      readonly coPurchase: number;
      readonly baseline: { readonly weight: number; readonly by: ByFeature };
    };

interface Written {
  readonly list: string;
  readonly order: AnswerList;
  /** Names of the features by position in the trees. */
  readonly columns: readonly FeatureName[];
}

/** @throws {RangeError} If the order names a feature that cannot be computed, or its trees are damaged. */
export function readOrder(tensors: Tensors, { list, order, columns }: Written): ListOrder {
  if (order.scorer === 'matrixFactorisation') return { kind: 'feature', by: BY_FACTORS };
  const by = { feature: columnNamed(order.baseline.feature), second: columnNamed(order.baseline.second) };
  if (!order.blend) return { kind: 'feature', by };
  const { weight, trees, mixture } = order.blend;
  const shape = { ensembles: order.ensembles, written: order.treesPerEnsemble, used: trees };
  return {
    kind: 'blend',
    trees:
      mixture.trees * weight > 0
        ? { weight: mixture.trees * weight, ensembles: readTrees(tensors, list, shape, columns) }
        : undefined,
    factors: mixture.factors * weight,
    coPurchase: mixture.coPurchase * weight,
    baseline: { weight: 1 - weight, by },
  };
}

function columnNamed(name: string): number {
  if (!isFeature(name))
    throw new RangeError(`Cannot load the model: a list is ordered by ${name}, which is no feature`);
  return columnOf(name);
}

function readTrees(
  tensors: Tensors,
  list: string,
  { ensembles, written, used }: { ensembles: number; written: number; used: number },
  columns: readonly FeatureName[],
): Ensembles {
  const starts = tensors.get(`trees.${list}.starts`, 'I32', [ensembles * written + 1]);
  const nodes = starts[starts.length - 1] as number;
  const column = new Int32Array(nodes);
  const left = Int32Array.from(column, (_, node) => node);
  const depths = new Int32Array(starts.length - 1);
  const splits = {
    positions: tensors.get(`trees.${list}.feature`, 'I32', [nodes]),
    children: tensors.get(`trees.${list}.left`, 'I32', [nodes]),
    columns: Int32Array.from(columns, columnOf),
  };
  for (let tree = 0; tree < depths.length; tree++) {
    const range = { start: starts[tree] as number, end: starts[tree + 1] as number };
    depths[tree] = readTree(splits, range, { column, left });
  }
  const usedOf = (all: Int32Array): Int32Array =>
    all.subarray(0, ensembles * written).filter((_, tree) => tree % written < used);
  const threshold = tensors.get(`trees.${list}.threshold`, 'F32', [nodes]);
  return {
    ensembles,
    trees: Math.min(used, written),
    roots: usedOf(starts),
    depths: usedOf(depths),
    splits: left.map((child, node) => child * COLUMNS + (column[node] as number)),
    // A leaf leads to itself, so that every row takes as many steps as the deepest leaf needs.
    threshold: threshold.map((limit, node) => (left[node] === node ? Number.POSITIVE_INFINITY : limit)),
    value: tensors.get(`trees.${list}.value`, 'F64', [nodes]),
  };
}

interface WrittenSplits {
  readonly positions: Int32Array;
  readonly children: Int32Array;
  /** By position: the column of the feature. */
  readonly columns: Int32Array;
}

/**
 * Reads the splits of a tree.
 *
 * @returns The steps from its root to its deepest leaf.
 * @throws {RangeError} If a child does not come after its parent: a row would walk in a circle.
 */
function readTree(
  { positions, children, columns }: WrittenSplits,
  { start, end }: { start: number; end: number },
  { column, left }: { column: Int32Array; left: Int32Array },
): number {
  const steps = new Int32Array(end - start);
  let depth = 0;
  for (let node = start; node < end; node++) {
    const position = positions[node] as number;
    if (position < 0) continue;
    const child = start + (children[node] as number);
    if (position >= columns.length || child <= node || child + 1 >= end)
      throw new RangeError(`Cannot load the model: node ${node - start} of a tree is damaged`);
    column[node] = columns[position] as number;
    left[node] = child;
    const below = (steps[node - start] as number) + 1;
    steps.fill(below, child - start, child - start + 2);
    depth = Math.max(depth, below);
  }
  return depth;
}

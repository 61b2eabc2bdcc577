import type { AnswerList } from '../../shared/contract/answer-model.ts';
import { columnOf, type FeatureName, isFeature } from './feature-names.ts';
import type { Tensors } from './safetensors.ts';

/** An order by a feature, and by a second one where candidates are equal in it: their columns. */
export interface ByFeature {
  readonly feature: number;
  readonly second: number;
}

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
  /** Column that a node compares; -1 for a leaf. */
  readonly feature: Int32Array;
  /** A row goes to the left child if its value is at most this. */
  readonly threshold: Float32Array;
  /** The left child; the right one follows it. */
  readonly left: Int32Array;
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
  const positions = tensors.get(`trees.${list}.feature`, 'I32', [starts[starts.length - 1]]);
  const children = tensors.get(`trees.${list}.left`, 'I32', [positions.length]);
  const column = Int32Array.from(columns, columnOf);
  const feature = new Int32Array(positions.length).fill(-1);
  const left = new Int32Array(positions.length);
  for (let tree = 0; tree < starts.length - 1; tree++) {
    const [start, end] = [starts[tree] as number, starts[tree + 1] as number];
    for (let node = start; node < end; node++) {
      const position = positions[node] as number;
      if (position < 0) continue;
      feature[node] = column[position] ?? -1;
      left[node] = start + (children[node] as number);
      // Children come after their parent, so that no row walks in a circle.
      if (position >= column.length || (left[node] as number) <= node || (left[node] as number) + 1 >= end)
        throw new RangeError(
          `Cannot load the model: node ${node} of the trees of the list ${list} is damaged`,
        );
    }
  }
  const roots = Array.from({ length: ensembles }, (_, at) =>
    starts.subarray(at * written, at * written + used),
  );
  return {
    ensembles,
    trees: used,
    roots: Int32Array.from(roots.flatMap((ensemble) => [...ensemble])),
    feature,
    threshold: tensors.get(`trees.${list}.threshold`, 'F32', [positions.length]),
    left,
    value: tensors.get(`trees.${list}.value`, 'F64', [positions.length]),
  };
}

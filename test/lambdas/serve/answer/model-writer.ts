import { matrix, type Tensor, vector, writeSafetensors } from '../../../../bench/safetensors.ts';
import { FEATURES, PRODUCT_FEATURES } from '../../../../lambdas/serve/answer/feature-names.ts';
import { loadModel, type Model } from '../../../../lambdas/serve/answer/model.ts';
import type { AnswerList, AnswerModel } from '../../../../lambdas/shared/contract/answer-model.ts';

/** Writes models for tests, in the files' format. Everything that is not given is empty, zero or neutral. */

/** Links by kind: `[source, target, strength]`, by number; of a source, the strongest first. */
export type WrittenLinks = readonly (readonly [number, number, number])[];

export interface WrittenModel {
  /** Ids, ascending. */
  readonly ids: readonly string[];
  readonly names?: readonly string[];
  /** By product; a product without one is not described. `rank` values. */
  readonly factors: readonly (readonly number[] | undefined)[];
  readonly isCommon?: readonly boolean[];
  /** By product: features of the product alone; the others are 0. */
  readonly features?: readonly Partial<Record<(typeof PRODUCT_FEATURES)[number], number>>[];
  /** By product: lines by span. */
  readonly lines?: readonly (readonly number[])[];
  readonly buyers?: readonly number[];
  readonly logPrices?: readonly number[];
  readonly popular?: readonly (readonly number[])[];
  readonly users?: WrittenLinks;
  readonly baskets?: WrittenLinks;
  readonly after?: WrittenLinks;
  readonly eigen?: { readonly values: readonly number[]; readonly vectors: readonly number[] };
  readonly trees?: Partial<Record<'any' | 'new', WrittenTrees>>;
  readonly document?: Partial<AnswerModel>;
}

/** Node arrays of all trees of all ensembles, one tree after another. */
export interface WrittenTrees {
  readonly starts: readonly number[];
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly value: readonly number[];
}

export const BY_FACTORS: AnswerList = { scorer: 'matrixFactorisation' };

/** 2020-01-01, and a horizon of 10 days. */
export const AS_OF_MS = Date.UTC(2020, 0, 1);
export const HORIZON_MS = 10 * 86_400_000;

const SPANS = [null, 0.125, 0.25, 1, 2, 6];

export const writeModel = (written: WrittenModel): { document: AnswerModel; tensors: Uint8Array } => ({
  document: documentOf(written),
  tensors: writeSafetensors(tensorsOf(written)),
});

export function modelOf(written: WrittenModel): Model {
  const { document, tensors } = writeModel(written);
  return loadModel(JSON.parse(JSON.stringify(document)), tensors);
}

function documentOf({ ids, factors, isCommon, document }: WrittenModel): AnswerModel {
  return {
    version: 1,
    run: 1,
    attempt: 1,
    asOfMs: AS_OF_MS,
    horizonMs: HORIZON_MS,
    rank: rankOf(factors),
    alpha: 10,
    regularisation: 0.1,
    halfLifeHorizons: 6,
    quantityExponent: 0.5,
    topN: 10,
    typeWeights: { purchase: 1 },
    configuredWeights: { purchase: 1, view: 0.1 },
    columns: [...FEATURES],
    productColumns: [...PRODUCT_FEATURES],
    lists: { any: BY_FACTORS, new: BY_FACTORS },
    spans: SPANS,
    products: ids.length,
    common: factors.filter((factor, number) => factor && (isCommon?.[number] ?? true)).length,
    hasNeighbours: true,
    missingProducts: 0,
    histories: [],
    ...document,
  };
}

const rankOf = (factors: WrittenModel['factors']): number => factors.find((factor) => factor)?.length ?? 1;

function tensorsOf(written: WrittenModel): Record<string, Tensor> {
  const { ids, names = [], popular = [], eigen, trees = {} } = written;
  const ends = popular.map((_, list) => popular.slice(0, list + 1).flat().length);
  return {
    ...products(written),
    ...texts('product.ids', 'product.idEnds', ids),
    ...texts(
      'product.names',
      'product.nameEnds',
      ids.map((_, number) => names[number] ?? ''),
    ),
    'popular.products': vector(Int32Array.from(popular.flat())),
    'popular.ends': vector(Int32Array.from(ends)),
    ...links('users', written.users),
    ...links('baskets', written.baskets),
    ...links('after', written.after),
    ...(eigen && {
      'als.eigenValues': vector(Float64Array.from(eigen.values)),
      'als.eigenVectors': matrix(Float64Array.from(eigen.vectors), rankOf(written.factors)),
    }),
    ...treeTensors('any', trees.any),
    ...treeTensors('new', trees.new),
  };
}

function products(written: WrittenModel): Record<string, Tensor> {
  const { ids, factors, isCommon, features = [], lines = [], buyers = [], logPrices = [] } = written;
  const rank = rankOf(factors);
  const zeros = (): number[] => Array(rank).fill(0);
  const known = factors.map((factor) => (factor ? 1 : 0));
  const row = (number: number): number[] => PRODUCT_FEATURES.map((name) => features[number]?.[name] ?? 0);
  const numbers = ids.map((_, number) => number);
  const all = Float32Array.from(numbers.flatMap((number) => factors[number] ?? zeros()));
  return {
    'product.isKnown': vector(Uint8Array.from(known)),
    'product.isCommon': vector(
      Uint8Array.from(known, (one, number) => ((isCommon?.[number] ?? true) ? one : 0)),
    ),
    'product.features': matrix(Float32Array.from(numbers.flatMap(row)), PRODUCT_FEATURES.length),
    'product.gaps': vector(Float32Array.from(numbers, () => 1)),
    'product.logPrices': vector(Float32Array.from(numbers, (number) => logPrices[number] ?? Number.NaN)),
    'product.factors': matrix(all, rank),
    'product.audience': matrix(new Float32Array(ids.length * rank), rank),
    'product.newestAudience': matrix(new Float32Array(ids.length * rank), rank),
    'product.audienceNorms': vector(new Float64Array(ids.length)),
    'product.lines': matrix(
      Int32Array.from(numbers.flatMap((number) => lines[number] ?? SPANS.map(() => 0))),
      SPANS.length,
    ),
    'product.buyers': vector(Int32Array.from(numbers, (number) => buyers[number] ?? 0)),
    'als.gram': matrix(gramOf(all, rank), rank),
  };
}

/** Sums y y^T over the factors. */
function gramOf(factors: Float32Array, rank: number): Float64Array {
  const gram = new Float64Array(rank * rank);
  for (let at = 0; at < factors.length; at += rank)
    for (let i = 0; i < rank; i++)
      for (let j = 0; j < rank; j++)
        gram[i * rank + j] =
          (gram[i * rank + j] as number) + (factors[at + i] as number) * (factors[at + j] as number);
  return gram;
}

function texts(bytes: string, ends: string, all: readonly string[]): Record<string, Tensor> {
  const encoded = all.map((text) => Buffer.from(text));
  let end = 0;
  const places = encoded.map(({ length }) => {
    end += length;
    return end;
  });
  return {
    [bytes]: vector(new Uint8Array(Buffer.concat(encoded))),
    [ends]: vector(Int32Array.from(places)),
  };
}

function links(kind: string, all: WrittenLinks = []): Record<string, Tensor> {
  const bySource = [...Map.groupBy(all, ([source]) => source)].sort(([a], [b]) => a - b);
  const sorted = bySource.flatMap(([, own]) => own);
  let end = 0;
  const starts = [
    0,
    ...bySource.map(([, { length }]) => {
      end += length;
      return end;
    }),
  ];
  return {
    [`links.${kind}.sources`]: vector(Int32Array.from(bySource, ([source]) => source)),
    [`links.${kind}.starts`]: vector(Int32Array.from(starts)),
    [`links.${kind}.targets`]: vector(Int32Array.from(sorted, ([, target]) => target)),
    [`links.${kind}.strengths`]: vector(Float32Array.from(sorted, ([, , strength]) => strength)),
  };
}

function treeTensors(list: string, trees: WrittenTrees | undefined): Record<string, Tensor> {
  if (!trees) return {};
  return {
    [`trees.${list}.starts`]: vector(Int32Array.from(trees.starts)),
    [`trees.${list}.feature`]: vector(Int32Array.from(trees.feature)),
    [`trees.${list}.threshold`]: vector(Float32Array.from(trees.threshold)),
    [`trees.${list}.left`]: vector(Int32Array.from(trees.left)),
    [`trees.${list}.value`]: vector(Float64Array.from(trees.value)),
  };
}

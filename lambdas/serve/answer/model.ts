import type * as z from 'zod';
import { AnswerModel } from '../../shared/contract/answer-model.ts';
import { type FeatureName, isFeature, PRODUCT_FEATURES } from './feature-names.ts';
import { type Links, readLinks } from './links.ts';
import { type ListOrder, readOrder } from './list-order.ts';
import { type Products, readProducts } from './products.ts';
import { readSafetensors, type Tensors } from './safetensors.ts';
import { createTypeWeights, type TypeWeights } from './type-weights.ts';

export type ListName = 'any' | 'new';

/** The values of each product, by number; rows of `rank` values for factors. Products without a row have zeros. */
export interface ProductRows {
  /** 1 for products that are described: those that were bought, up to a limit. */
  readonly isKnown: Uint8Array;
  /** `PRODUCT_FEATURES.length` values each. */
  readonly features: Float32Array;
  /** Usual time between two purchases by one user, horizons. */
  readonly gaps: Float32Array;
  /** Mean ln(price); NaN without prices. */
  readonly logPrices: Float32Array;
  readonly factors: Float32Array;
  /** Mean factor of the buyers of the last horizon, and of its last quarter. */
  readonly audience: Float32Array;
  readonly newestAudience: Float32Array;
  readonly audienceNorms: Float64Array;
  /** Lines of purchases by span of `Model.spans`. */
  readonly lines: Int32Array;
  readonly buyers: Int32Array;
}

/** The products that are scored for every user. A "place" is a position among them. */
export interface CommonProducts {
  /** Numbers, ascending. */
  readonly products: Int32Array;
  /** By product number: its place; -1 for a product that is not common. */
  readonly placeOf: Int32Array;
  readonly users: Links;
  readonly baskets: Links;
  readonly after: Links;
}

/** The parts of the model that the fold-in of a user's factor needs. */
export interface FactorEquations {
  /** Sum of y y^T over all factors y of products, row by row. */
  readonly gram: Float64Array;
  /** Its eigenvalues, its eigenvectors as columns, and as rows; undefined if training did not use them. */
  readonly eigen: { values: Float64Array; vectors: Float64Array; transposed: Float64Array } | undefined;
}

/** A run's model: everything that answers need but the histories of users. Nothing of it changes. */
export interface Model
  extends Pick<
    z.infer<typeof AnswerModel>,
    | 'run'
    | 'attempt'
    | 'asOfMs'
    | 'horizonMs'
    | 'rank'
    | 'alpha'
    | 'regularisation'
    | 'halfLifeHorizons'
    | 'quantityExponent'
    | 'topN'
    | 'spans'
    | 'hasNeighbours'
    | 'missingProducts'
    | 'histories'
  > {
  readonly products: Products;
  readonly typeWeights: TypeWeights;
  readonly rows: ProductRows;
  readonly common: CommonProducts;
  /** Lists of product numbers, best first: several ways to be popular. */
  readonly popular: readonly Int32Array[];
  readonly equations: FactorEquations;
  readonly lists: Readonly<Record<ListName, ListOrder>>;
}

/**
 * Reads a model.
 *
 * @param document The parsed `model/answer.json`.
 * @param file The bytes of `model/answer.safetensors`. The model consists of views of them.
 * @throws {RangeError} If something is missing, has the wrong type or size, or does not fit together.
 */
export function loadModel(document: unknown, file: Uint8Array): Model {
  const parsed = AnswerModel.safeParse(document);
  if (!parsed.success)
    throw new RangeError('Cannot load the model: its document is not as it should be', {
      cause: parsed.error,
    });
  const { products: count, common, columns, productColumns, lists, ...rest } = parsed.data;
  const tensors = readSafetensors(file);
  const known = featuresOf(columns);
  const commonProducts = readCommon(tensors, count, common);
  return {
    ...rest,
    products: readProducts(tensors, count),
    typeWeights: createTypeWeights(rest.typeWeights, rest.configuredWeights),
    rows: readRows(tensors, { count, rank: rest.rank, spans: rest.spans.length, productColumns }),
    common: commonProducts,
    popular: readPopular(tensors, commonProducts),
    equations: readEquations(tensors, rest.rank),
    lists: {
      any: readOrder(tensors, { list: 'any', order: lists.any, columns: known }),
      new: readOrder(tensors, { list: 'new', order: lists.new, columns: known }),
    },
  };
}

function featuresOf(columns: readonly string[]): readonly FeatureName[] {
  return columns.map((name) => {
    if (!isFeature(name))
      throw new RangeError(`Cannot load the model: there is no feature ${name}, which it was learned with`);
    return name;
  });
}

interface RowSizes {
  readonly count: number;
  readonly rank: number;
  readonly spans: number;
  readonly productColumns: readonly string[];
}

function readRows(tensors: Tensors, { count, rank, spans, productColumns }: RowSizes): ProductRows {
  return {
    isKnown: tensors.get('product.isKnown', 'U8', [count]),
    features: inOrder(tensors.get('product.features', 'F32', [count, productColumns.length]), productColumns),
    gaps: tensors.get('product.gaps', 'F32', [count]),
    logPrices: tensors.get('product.logPrices', 'F32', [count]),
    factors: tensors.get('product.factors', 'F32', [count, rank]),
    audience: tensors.get('product.audience', 'F32', [count, rank]),
    newestAudience: tensors.get('product.newestAudience', 'F32', [count, rank]),
    audienceNorms: tensors.get('product.audienceNorms', 'F64', [count]),
    lines: tensors.get('product.lines', 'I32', [count, spans]),
    buyers: tensors.get('product.buyers', 'I32', [count]),
  };
}

/** Brings the features of products into the order of `PRODUCT_FEATURES`; without a copy if they have it. */
function inOrder(features: Float32Array, columns: readonly string[]): Float32Array {
  const from = PRODUCT_FEATURES.map((name) => columns.indexOf(name));
  const missing = PRODUCT_FEATURES.filter((_, at) => from[at] === -1);
  if (missing.length > 0)
    throw new RangeError(`Cannot load the model: its products have no ${missing.join(', ')}`);
  if (columns.length === from.length && from.every((column, at) => column === at)) return features;
  const rows = columns.length === 0 ? 0 : features.length / columns.length;
  const ordered = new Float32Array(rows * from.length);
  for (let row = 0; row < rows; row++)
    from.forEach((column, at) => {
      ordered[row * from.length + at] = features[row * columns.length + column] as number;
    });
  return ordered;
}

function readCommon(tensors: Tensors, count: number, common: number): CommonProducts {
  const isCommon = tensors.get('product.isCommon', 'U8', [count]);
  const products = Int32Array.from(numbersOf(isCommon));
  if (products.length !== common)
    throw new RangeError(
      `Cannot load the model: ${products.length} products are common, should be ${common}`,
    );
  const placeOf = new Int32Array(count).fill(-1);
  products.forEach((product, place) => {
    placeOf[product] = place;
  });
  const links = (kind: string): Links => readLinks(tensors, kind, placeOf);
  return { products, placeOf, users: links('users'), baskets: links('baskets'), after: links('after') };
}

function* numbersOf(flags: Uint8Array): Generator<number> {
  for (let number = 0; number < flags.length; number++) if (flags[number] === 1) yield number;
}

function readPopular(tensors: Tensors, { placeOf }: CommonProducts): Int32Array[] {
  const all = tensors.get('popular.products', 'I32', [undefined]);
  const ends = tensors.get('popular.ends', 'I32', [undefined]);
  for (const product of all)
    if ((placeOf[product] ?? -1) < 0)
      throw new RangeError(
        `Cannot load the model: the popular product ${product} should be one of the common products`,
      );
  return Array.from(ends, (end, list) => all.subarray(ends[list - 1] ?? 0, end));
}

function readEquations(tensors: Tensors, rank: number): FactorEquations {
  const gram = tensors.get('als.gram', 'F64', [rank, rank]);
  if (!tensors.has('als.eigenValues')) return { gram, eigen: undefined };
  const vectors = tensors.get('als.eigenVectors', 'F64', [rank, rank]);
  const transposed = Float64Array.from(
    vectors,
    (_, at) => vectors[(at % rank) * rank + Math.floor(at / rank)] as number,
  );
  return { gram, eigen: { values: tensors.get('als.eigenValues', 'F64', [rank]), vectors, transposed } };
}

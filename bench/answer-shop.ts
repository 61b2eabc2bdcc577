import { FEATURES, PRODUCT_FEATURES } from '../lambdas/serve/answer/feature-names.ts';
import type { NewerSale } from '../lambdas/serve/answer/history.ts';
import type { AnswerList, AnswerModel } from '../lambdas/shared/contract/answer-model.ts';
import { seeded } from '../local/shop/random.ts';
import { matrix, type Tensor, vector, writeSafetensors } from './safetensors.ts';

/** Sizes of a made shop. */
export interface MadeShop {
  readonly products: number;
  /** Products that are scored for every user. */
  readonly common: number;
  readonly rank: number;
  /** Trees of each of the four ensembles; 100 if absent. */
  readonly trees?: number;
}

const ENSEMBLES = 4;
const DEFAULT_TREES = 100;
/** Nodes of a tree of 15 leaves. */
const NODES = 29;
const LINKS = 100;
const DAY_MS = 86_400_000;
const AS_OF_MS = Date.UTC(2026, 0, 1);

/**
 * Makes a model of random numbers with the sizes of a real one: every common product has 100 links of each kind, and both lists are
 * ordered by four ensembles of 100 trees of 15 leaves.
 */
export function madeModel(shop: MadeShop): { document: AnswerModel; file: Uint8Array } {
  const { products, common, rank, trees = DEFAULT_TREES } = shop;
  const random = seeded(1).unit;
  const floats = (length: number, scale = 1): Float32Array =>
    Float32Array.from({ length }, () => scale * (random() - 0.3));
  const commonProducts = Int32Array.from({ length: common }, (_, place) =>
    Math.floor((place * products) / common),
  );
  const isCommon = new Uint8Array(products);
  for (const product of commonProducts) isCommon[product] = 1;
  const ids = Array.from({ length: products }, (_, number) => idOf(number));
  const file = writeSafetensors({
    ...texts('product.ids', 'product.idEnds', ids),
    ...texts(
      'product.names',
      'product.nameEnds',
      ids.map((id) => `Product ${id}`),
    ),
    'product.isKnown': vector(new Uint8Array(products).fill(1)),
    'product.isCommon': vector(isCommon),
    'product.features': matrix(floats(products * PRODUCT_FEATURES.length), PRODUCT_FEATURES.length),
    'product.gaps': vector(floats(products)),
    'product.logPrices': vector(floats(products)),
    'product.factors': matrix(floats(products * rank, 0.2), rank),
    'product.audience': matrix(floats(products * rank, 0.2), rank),
    'product.newestAudience': matrix(floats(products * rank, 0.2), rank),
    'product.audienceNorms': vector(Float64Array.from({ length: products }, () => random() + 0.1)),
    'product.lines': matrix(
      Int32Array.from({ length: 6 * products }, () => 9 * random()),
      6,
    ),
    'product.buyers': vector(Int32Array.from({ length: products }, () => 1000 * random())),
    'popular.products': vector(
      Int32Array.from({ length: 2000 }, () => commonProducts[Math.floor(common * random())] as number),
    ),
    'popular.ends': vector(Int32Array.of(400, 800, 1200, 1600, 2000)),
    ...links('users', commonProducts, random),
    ...links('baskets', commonProducts, random),
    ...links('after', commonProducts, random),
    ...equations(rank),
    ...ensembles('any', trees, random),
    ...ensembles('new', trees, random),
  });
  return { document: documentOf({ products, common, rank, trees }), file };
}

/** Returns the sales of a made user: each product once, four in a basket, a basket a week. */
export function madeSales(shop: MadeShop, user: number, count: number): NewerSale[] {
  const random = seeded(user + 1).unit;
  return Array.from({ length: count }, (_, at) => ({
    product: idOf(Math.floor(shop.products * random())),
    quantity: 1 + Math.floor(3 * random()),
    atMs: AS_OF_MS - Math.floor(1 + at / 4) * 7 * DAY_MS,
    type: 'purchase',
    price: 1 + 9 * random(),
  }));
}

const idOf = (number: number): string => `p${String(number).padStart(7, '0')}`;

function texts(bytes: string, ends: string, all: readonly string[]): Record<string, Tensor> {
  let end = 0;
  const places = Int32Array.from(all, (text) => {
    end += Buffer.byteLength(text);
    return end;
  });
  return { [bytes]: vector(new Uint8Array(Buffer.from(all.join('')))), [ends]: vector(places) };
}

function links(kind: string, products: Int32Array, random: () => number): Record<string, Tensor> {
  const count = products.length * LINKS;
  return {
    [`links.${kind}.sources`]: vector(products),
    [`links.${kind}.starts`]: vector(Int32Array.from({ length: products.length + 1 }, (_, at) => at * LINKS)),
    [`links.${kind}.targets`]: vector(
      Int32Array.from({ length: count }, () => products[Math.floor(products.length * random())] as number),
    ),
    [`links.${kind}.strengths`]: vector(Float32Array.from({ length: count }, () => random() / 10)),
  };
}

/** The identity: its eigenvectors are known. */
function equations(rank: number): Record<string, Tensor> {
  const identity = Float64Array.from({ length: rank * rank }, (_, at) => (at % (rank + 1) === 0 ? 1 : 0));
  return {
    'als.gram': matrix(identity, rank),
    'als.eigenValues': vector(new Float64Array(rank).fill(1)),
    'als.eigenVectors': matrix(identity, rank),
  };
}

function ensembles(list: string, trees: number, random: () => number): Record<string, Tensor> {
  const count = ENSEMBLES * trees;
  // Each node from the first to the 14th is a split; the left child of node i is 2 i + 1, so that the tree is balanced.
  const isLeaf = (node: number): boolean => node % NODES >= (NODES - 1) / 2;
  const nodes = { length: count * NODES };
  return {
    [`trees.${list}.starts`]: vector(Int32Array.from({ length: count + 1 }, (_, tree) => tree * NODES)),
    [`trees.${list}.feature`]: vector(
      Int32Array.from(nodes, (_, node) => (isLeaf(node) ? -1 : Math.floor(FEATURES.length * random()))),
    ),
    [`trees.${list}.threshold`]: vector(Float32Array.from(nodes, () => random() - 0.2)),
    [`trees.${list}.left`]: vector(
      Int32Array.from(nodes, (_, node) => (isLeaf(node) ? 0 : 2 * (node % NODES) + 1)),
    ),
    [`trees.${list}.value`]: vector(Float64Array.from(nodes, () => random() - 0.5)),
  };
}

function documentOf({ products, common, rank, trees }: Required<MadeShop>): AnswerModel {
  const order: AnswerList = {
    scorer: 'blend',
    baseline: { name: 'recentPopularity', feature: 'productOne', second: 'productEver' },
    blend: { weight: 0.9, trees, mixture: { trees: 0.5, factors: 0.25, coPurchase: 0.25 } },
    ensembles: ENSEMBLES,
    treesPerEnsemble: trees,
  };
  return {
    version: 1,
    run: 1,
    attempt: 1,
    asOfMs: AS_OF_MS,
    horizonMs: 30 * DAY_MS,
    rank,
    alpha: 40,
    regularisation: 0.1,
    halfLifeHorizons: 6,
    quantityExponent: 0.5,
    topN: 10,
    typeWeights: { purchase: 1 },
    configuredWeights: { purchase: 1 },
    columns: [...FEATURES],
    productColumns: [...PRODUCT_FEATURES],
    lists: { any: order, new: order },
    spans: [null, 0.125, 0.25, 1, 2, 6],
    products,
    common,
    hasNeighbours: true,
    missingProducts: 0,
    histories: [],
  };
}

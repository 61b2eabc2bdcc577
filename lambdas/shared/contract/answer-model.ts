import * as z from 'zod';
import { ExplorerTable } from './explorer.ts';

/**
 * Schemas of `model/answer.json` and `model/histories-NNNNN.json.gz`: what a run keeps so that a request can be answered.
 * docs/files.md describes them and the tensors of `model/answer.safetensors`.
 */

const Count = z.int().min(0);
const Share = z.number().min(0).max(1);

/** An order by one feature; where two products are equal in it, by the second one. */
const ByFeature = z.object({ name: z.string(), feature: z.string(), second: z.string() });

/** How a list is ordered. */
const AnswerList = z.discriminatedUnion('scorer', [
  z.object({ scorer: z.literal('matrixFactorisation') }),
  z.object({
    scorer: z.literal('blend'),
    baseline: ByFeature,
    /** Null if the baseline alone orders the list. */
    blend: z
      .object({
        /** Of the model; the baseline has the rest. */
        weight: Share,
        /** Trees of an ensemble that count; 0 if the mixture has none. */
        trees: Count,
        /** The shares add up to 1. */
        mixture: z.object({ trees: Share, factors: Share, coPurchase: Share }),
      })
      .nullable(),
    /** Number of ensembles, whose mean counts. */
    ensembles: Count,
    treesPerEnsemble: Count,
  }),
]);
export type AnswerList = z.infer<typeof AnswerList>;

/** `model/answer.json`. */
export const AnswerModel = z.object({
  version: z.literal(1),
  run: z.int().min(1),
  attempt: z.int().min(1),
  /** The lists of the run know the sales before this moment, epoch ms. */
  asOfMs: z.int(),
  /** How long recommendations are made for, ms: the unit of ages. */
  horizonMs: z.int().min(1),
  rank: z.int().min(1),
  alpha: z.number(),
  regularisation: z.number(),
  halfLifeHorizons: z.number(),
  quantityExponent: z.number(),
  topN: Count,
  /** Weights of the types of sales as the sales of the run spell them, in parts of the heaviest common one. */
  typeWeights: z.record(z.string(), z.number()),
  /** Configured weights in the same parts, for types that the run has not seen. */
  configuredWeights: z.record(z.string(), z.number()),
  /** Names of the features in the order of their positions in the trees. */
  columns: z.array(z.string()),
  /** Names of the features that `product.features` has. */
  productColumns: z.array(z.string()),
  lists: z.object({ any: AnswerList, new: AnswerList }),
  /** Spans of `product.lines`, in horizons before the moment; null is ever. */
  spans: z.array(z.number().nullable()),
  products: Count,
  common: Count,
  /** False if the lists were made by matrix factorisation alone. */
  hasNeighbours: z.boolean(),
  /** Products that were bought but are not described, because there are too many of them. */
  missingProducts: Count,
  histories: ExplorerTable,
});
export type AnswerModel = z.infer<typeof AnswerModel>;

/**
 * The sales of one user, returns included: one line per basket, product and kind, oldest basket first. All lists but
 * `orders` are by line.
 */
export const StoredHistory = z
  .object({
    /** Numbers of the products in the model. */
    product: z.array(Count),
    atMs: z.array(z.int()),
    /** Numbers of the baskets, from 0; the lines of a basket follow each other. */
    basket: z.array(Count),
    /** Negative for returns. */
    quantity: z.array(z.number()),
    price: z.array(z.number().nullable()),
    /** Weight of the type. */
    weight: z.array(z.number()),
    /** By basket: the first 4 bytes of SHA-256 of the order id, as a signed integer, the highest byte first; 0 without one. */
    orders: z.array(z.int()),
  })
  .refine(
    ({ product, atMs, basket, quantity, price, weight }) =>
      [atMs, basket, quantity, price, weight].every(({ length }) => length === product.length),
    'all lists but orders should be equally long',
  );
export type StoredHistory = z.infer<typeof StoredHistory>;

/** A block of `model/histories-NNNNN.json.gz`; the key is the user. A block has no rows if all its users were forgotten. */
export const AnswerHistories = z.object({
  names: z.array(z.tuple([z.string(), z.string()])),
  rows: z.array(z.tuple([z.string(), StoredHistory])),
});

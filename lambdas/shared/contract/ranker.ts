import * as z from 'zod';

/** An order by one feature; where two products are equal in it, by the second one. Names are those of docs/quality.md. */
const ByFeature = z.strictObject({
  /** The name of the baseline in `metrics.json`. */
  name: z.string(),
  feature: z.string(),
  second: z.string(),
});

/** A regression tree, as lists by node; node 0 is the root. */
const Tree = z.strictObject({
  /** Name of the feature that a node compares; "" for a leaf. */
  feature: z.array(z.string()),
  /** A row goes to the left child if its value is at most this, a float32. */
  threshold: z.array(z.number()),
  /** Number of the left child; the right one follows it. */
  left: z.array(z.int().min(0)),
  /** Of a leaf: what it adds to the score of a row. */
  value: z.array(z.number()),
  /** Of a split: twice the amount by which it lowered the loss. */
  gain: z.array(z.number()),
});

const Share = z.number().min(0).max(1);

/** How a list is ordered. */
const ListOrder = z.strictObject({
  baseline: ByFeature,
  /** The best variant of each baseline. */
  baselines: z.array(ByFeature),
  /** Null if the baseline alone orders the list. */
  blend: z
    .strictObject({
      /** Of the model; the baseline has the rest. */
      weight: Share,
      /** Trees of an ensemble; 0 if the mixture has none. */
      trees: z.int().min(0),
      /** What the model consists of. The shares add up to 1. */
      mixture: z.strictObject({ trees: Share, factors: Share, coPurchase: Share }),
    })
    .nullable(),
  /** The blend takes the mean of their scores. */
  ensembles: z.array(z.array(Tree)),
});

const ListOrders = z.strictObject({ any: ListOrder, new: ListOrder });

/** `model/ranker.json` of a run: what its ranker learned. */
export const Ranker = z.strictObject({
  /** Learned before the holdout: the measures describe it. */
  measured: ListOrders,
  /** Orders the lists of the run. */
  served: ListOrders,
});
export type Ranker = z.infer<typeof Ranker>;

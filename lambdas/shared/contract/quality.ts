import * as z from 'zod';

/** Schemas of the quality of a run: `metrics.json`, and the extract of it in the manifest. */

const Count = z.int().min(0);
const PositiveInt = z.int().min(1);

/** A mean over `n` users, with its 95 % interval (`low` to `high`) from a bootstrap over users. */
export const Metric = z.strictObject({
  value: z.number(),
  n: Count,
  low: z.number(),
  high: z.number(),
});
export type Metric = z.infer<typeof Metric>;

/** The ranking metrics of one scorer on one list. */
export const RankingMetrics = z.strictObject({
  'ndcg@10': Metric,
  'recall@10': Metric,
  'map@10': Metric,
  'hitRate@10': Metric,
  /**
   * Mean self-information of the listed products, in bits: 1 for a product that half of the users bought, 10 for one that 1
   * user in 1,000 bought.
   */
  'novelty@10': Metric.optional(),
  /** Share of the catalogue that is in at least one of the measured lists, 0 to 1. */
  'coverage@10': z.number().min(0).max(1),
  /**
   * The users grouped by the number of distinct products that they bought before the holdout: `from` to `to`, both
   * inclusive; `to` is null in the last group.
   */
  byHistory: z.array(z.strictObject({ from: Count, to: Count.nullable(), 'ndcg@10': Metric })).optional(),
  /**
   * The holdout purchases grouped by the popularity of the product: decile 1 is the tenth of the catalogue that is bought
   * most. `n` is the number of users with a purchase in the group.
   */
  byPopularity: z.array(z.strictObject({ decile: z.int().min(1).max(10), 'recall@10': Metric })).optional(),
});
export type RankingMetrics = z.infer<typeof RankingMetrics>;

/**
 * The two lists: `any` may contain products that the user has bought, `new` contains only others. Pages and charts call
 * them "Top picks" and "Discoveries".
 */
export const LIST_KINDS = ['any', 'new'] as const;
export const ListKind = z.enum(LIST_KINDS);
export type ListKind = z.infer<typeof ListKind>;

/** The baselines: rankings that need no model. The key is their field in the metrics, the value their name for people. */
export const BASELINES = {
  personalFrequency: 'personal frequency',
  recentPopularity: 'recent popularity',
  popularity: 'popularity',
} as const;
export const Baseline = z.enum(Object.keys(BASELINES) as [keyof typeof BASELINES]);
export type Baseline = z.infer<typeof Baseline>;

/**
 * The scorers that are measured on the same holdout. Runs of version 0.1 have popularity alone; the list `new` has no
 * personal frequency.
 */
const byScorer = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({
    model: value,
    /** The lists of the served run, as published; only if the whole holdout is later than that run. */
    served: value.optional(),
    /**
     * The products that the user bought most, with older purchases fading by the half-life, or not at all, as was best in the
     * shop's past, followed by recent popularity.
     */
    personalFrequency: value.optional(),
    /** The products that sold most in the last horizon, or in a quarter or an eighth of it: what was best in the shop's past. */
    recentPopularity: value.optional(),
    /** The products with most buyers. */
    popularity: value,
    /** Implicit ALS alone, which is a part of the model. */
    matrixFactorisation: value.optional(),
  });

export const Scorers = byScorer(RankingMetrics);

/** NDCG@10 of the model and of the other scorers, by list; null if there was no holdout. */
const QualityOfList = byScorer(Metric).nullable();
export const Quality = z.strictObject({ any: QualityOfList, new: QualityOfList });
export type Quality = z.infer<typeof Quality>;

/**
 * Returns the baseline with the highest NDCG@10.
 *
 * @param quality NDCG@10 by scorer.
 *
 * @example
 * bestBaseline({ popularity: { value: 0.2 }, recentPopularity: { value: 0.3 } }) // { name: 'recent popularity', ndcg: { value: 0.3 } }
 */
export function bestBaseline(quality: NonNullable<Quality['any']>): {
  readonly name: string;
  readonly ndcg: Metric;
} {
  const measured = Baseline.options.flatMap((key) => {
    const ndcg = quality[key];
    return ndcg ? [{ name: BASELINES[key], ndcg }] : [];
  });
  return measured.reduce((best, other) => (other.ndcg.value > best.ndcg.value ? other : best), {
    name: BASELINES.popularity,
    ndcg: quality.popularity,
  });
}

/** Compares a list of a run with the list that it would replace: mean differences in NDCG@10 per user, on the holdout. */
export const Comparison = z.strictObject({
  /**
   * The first part of the blend that orders the list: trees, matrix factorisation or co-purchase, each alone or with others and
   * the best baseline; or that baseline, if no blend was better on earlier windows.
   */
  orderedBy: z.enum(['trees', 'matrixFactorisation', 'coPurchase', ...Baseline.options]),
  /** The best baseline on this holdout. */
  baseline: Baseline,
  /** The list minus that baseline; positive if the list is better. */
  overBaseline: Metric,
  /**
   * The list minus what users get from the served run, which is nothing for users whom it does not know; null if no run is
   * served, or if it cannot be compared.
   */
  overServed: Metric.nullable(),
  /** The same among the users to whom the served run gives this list; null if there are none. Older runs do not have it. */
  overServedLists: Metric.nullable().optional(),
});
export type Comparison = z.infer<typeof Comparison>;

/** The differences of a list, user by user: the list minus the best baseline, and minus that of the served run. */
const Difference = Comparison.pick({ overBaseline: true, overServed: true });
export type Difference = z.infer<typeof Difference>;

/** How a list differs from what it would replace, over all users and in each part that {@link RankingMetrics} has. */
export const Differences = z.strictObject({
  /** The best baseline over all users. Every part is compared with it. */
  baseline: Baseline,
  'ndcg@10': Difference,
  byHistory: z.array(z.strictObject({ from: Count, to: Count.nullable(), 'ndcg@10': Difference })),
  byPopularity: z.array(z.strictObject({ decile: z.int().min(1).max(10), 'recall@10': Difference })),
});
export type Differences = z.infer<typeof Differences>;

/**
 * Holdout pairs that a list admits, and those whose product is not a candidate of the user: no scorer can list it. The
 * highest recall that any order of the candidates could reach is `1 - missed / heldOut`.
 */
const Missed = z.strictObject({ heldOut: Count, missed: Count });
export type Missed = z.infer<typeof Missed>;

/** What the choice of candidates costs the users of the holdout, before any scorer orders them. */
export const CandidateLimits = z.strictObject({
  /**
   * `users` who had bought or viewed more products than can be candidates (250), the number of their `products` that are
   * left out, and how many of these are purchases of the holdout.
   */
  ownLeftOut: z.strictObject({ users: Count, products: Count, heldOut: Count }),
  any: Missed,
  new: Missed,
});
export type CandidateLimits = z.infer<typeof CandidateLimits>;

/** The input of the gate; a list is null if it could not be measured on any user. */
export const Gate = z.strictObject({
  /** The run that was served while this run was trained, and with which its lists were compared. */
  served: PositiveInt.nullable(),
  /** The time that lists are made for and measured on, ms; the age of the served run is counted in it. Older runs do not have it. */
  horizonMs: PositiveInt.optional(),
  any: Comparison.nullable(),
  new: Comparison.nullable(),
});
export type Gate = z.infer<typeof Gate>;

/** A served run, measured on the sales that came after it and before any run was trained on them. */
export const Afterwards = z.strictObject({
  /** The window that added these sales. Of a long window, only its newest sales are measured. */
  window: PositiveInt,
  /** The run that was served. */
  run: PositiveInt,
  /** The time of these sales, epoch ms: `fromMs` inclusive, `untilMs` exclusive. */
  fromMs: Count,
  untilMs: Count,
  /** NDCG@10 of its lists; null if no user with a list bought anything. */
  any: Metric.nullable(),
  new: Metric.nullable(),
});
export type Afterwards = z.infer<typeof Afterwards>;

/**
 * `metrics.json` of a run. Fields are null if there is no holdout: all sales are from one moment, or no user is in both
 * parts.
 */
export const Metrics = z.strictObject({
  run: PositiveInt,
  holdout: z.strictObject({
    /**
     * `window`: the sales that came after all earlier runs, at most the newest share of all sales, but the whole window if
     * fewer than 50 users would be measured; `share`: the newest sales; `moment`, `lastBasket`: as configured.
     */
    kind: z.enum(['window', 'share', 'moment', 'lastBasket']).default('share'),
    /** The configured share of the interactions to hold out, 0 to 1; a window may hold out less. */
    share: z.number(),
    /** Interactions at or after this moment are held out, epoch ms; null if none could be. */
    fromMs: Count.nullable(),
    interactions: Count,
    /**
     * Measured users with at least one holdout purchase that can be ranked: user and product were known before. In a large
     * shop, the measured users are a sample.
     */
    users: Count,
    /** Holdout pairs of the measured users that no scorer can rank, because the user or the product was unknown before. */
    unknownPairs: Count,
    /** Share of the holdout pairs that can be ranked, 0 to 1; null if there are none. */
    scoredShare: z.number().min(0).max(1).nullable().default(null),
  }),
  any: Scorers.nullable(),
  new: Scorers.nullable(),
  /** By list; null if it could not be measured, and in runs of versions that did not compute it. */
  differences: z
    .strictObject({ any: Differences.nullable(), new: Differences.nullable() })
    .default({ any: null, new: null }),
  /** Null if there is no holdout, and in runs of versions that did not count it. */
  candidates: CandidateLimits.nullable().default(null),
  /** Served runs measured on the sales after them, oldest first, up to this window; at most 100. */
  series: z.array(Afterwards).default([]),
  /** Root mean squared error of the predicted preference (1 for a held-out pair). It says little about ranking. */
  rmsePreference: Metric.nullable(),
});
export type Metrics = z.infer<typeof Metrics>;

import * as z from 'zod';

/** How good a run is: `metrics.json`, and what of it stands in the manifest. */

const Count = z.int().min(0);
const Numbered = z.int().min(1);

/** One number, over how many users it is a mean, and its 95 % interval: the bootstrap over users. */
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
  /** Mean self-information of what is listed, bits: 1 for a product that half of the users bought, 10 for one in a thousand. */
  'novelty@10': Metric.optional(),
  /** Share of the catalogue that appears in at least one of the measured lists. */
  'coverage@10': z.number().min(0).max(1),
  /** By how many distinct products the user had bought before the holdout; `to` is inclusive, null: no end. */
  byHistory: z.array(z.strictObject({ from: Count, to: Count.nullable(), 'ndcg@10': Metric })).optional(),
  /**
   * By popularity of the products that were bought: of ten tenths of the catalogue, most bought first, the share of the
   * purchases that was listed. `n` counts users with such a purchase.
   */
  byPopularity: z.array(z.strictObject({ decile: z.int().min(1).max(10), 'recall@10': Metric })).optional(),
});
export type RankingMetrics = z.infer<typeof RankingMetrics>;

/** `any` may include what the user bought before the holdout, `new` only what the user had not. */
export const LIST_KINDS = ['any', 'new'] as const;
export const ListKind = z.enum(LIST_KINDS);
export type ListKind = z.infer<typeof ListKind>;

/** What a shop could do without a model, by the names that a person reads; the parts of a run's metrics beside the model. */
export const BASELINES = {
  personalFrequency: 'personal frequency',
  recentPopularity: 'recent popularity',
  popularity: 'popularity',
} as const;
export const Baseline = z.enum(Object.keys(BASELINES) as [keyof typeof BASELINES]);
export type Baseline = z.infer<typeof Baseline>;

/** What is measured side by side on the same holdout. Runs of version 0.1 know popularity alone; `new` knows no personal frequency. */
const besides = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({
    model: value,
    /** The lists of the run that is served, as they were published; only where the holdout is what came after it. */
    served: value.optional(),
    /** What the user bought most, old purchases counting less; then what is popular now. */
    personalFrequency: value.optional(),
    /** What sold most in the last horizon. */
    recentPopularity: value.optional(),
    /** What most users bought. */
    popularity: value,
    /** Implicit ALS alone, a part of the model. */
    matrixFactorisation: value.optional(),
  });

export const Scorers = besides(RankingMetrics);

/** NDCG@10 of the model and of what it is measured beside, by list; null where there was no holdout. */
const QualityOfList = besides(Metric).nullable();
export const Quality = z.strictObject({ any: QualityOfList, new: QualityOfList });
export type Quality = z.infer<typeof Quality>;

/** The baseline that ranks best. */
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

/** One list of a run against what it would replace: means of differences in NDCG@10, user by user, on the holdout. */
export const Comparison = z.strictObject({
  /** What orders the list: trees, matrix factorisation, or a baseline where nothing beat it on the windows before. */
  orderedBy: z.enum(['trees', 'matrixFactorisation', ...Baseline.options]),
  /** The best one on this holdout. */
  baseline: Baseline,
  overBaseline: Metric,
  /** Null where there is no served run, or it could not be compared. */
  overServed: Metric.nullable(),
});
export type Comparison = z.infer<typeof Comparison>;

/** What the gate decides by; null for a list that nobody could be measured on. */
export const Gate = z.strictObject({
  /** The run that was served while this one was trained and that its lists were compared with. */
  served: Numbered.nullable(),
  any: Comparison.nullable(),
  new: Comparison.nullable(),
});
export type Gate = z.infer<typeof Gate>;

/** A served run, scored on the sales that came after it, before they were trained on: test, then train. */
export const Afterwards = z.strictObject({
  /** The window of those sales. */
  window: Numbered,
  /** The run that was served. */
  run: Numbered,
  /** The time of those sales, epoch ms; the end is exclusive. */
  fromMs: Count,
  untilMs: Count,
  /** NDCG@10 of its lists; null where nobody who had a list bought. */
  any: Metric.nullable(),
  new: Metric.nullable(),
});
export type Afterwards = z.infer<typeof Afterwards>;

/** `metrics.json` of a run. Null where the holdout could not be made (one moment in time, or no user in both parts). */
export const Metrics = z.strictObject({
  run: Numbered,
  holdout: z.strictObject({
    /** `window`: what came after every earlier run; `share`: the newest sales; `moment`, `lastBasket`: as configured. */
    kind: z.enum(['window', 'share', 'moment', 'lastBasket']).default('share'),
    share: z.number(),
    /** Interactions at or after this moment are held out, epoch ms; null if nothing could be held out. */
    fromMs: Count.nullable(),
    interactions: Count,
    /** Users with at least one holdout purchase that could be ranked (known user, known product). */
    users: Count,
    /** Holdout pairs that no scorer can rank: the product or the user was unknown before. */
    unknownPairs: Count,
    /** Share of the pairs that could be ranked; null without pairs. */
    scoredShare: z.number().min(0).max(1).nullable().default(null),
  }),
  any: Scorers.nullable(),
  new: Scorers.nullable(),
  /** Served runs on what came after them, oldest first, up to this window; at most 100. */
  series: z.array(Afterwards).default([]),
  /** Root mean squared error of the predicted preference (1 for a held out pair). Says little about ranking. */
  rmsePreference: Metric.nullable(),
});
export type Metrics = z.infer<typeof Metrics>;

import * as z from 'zod';
import { CHARGES, withDefaultCharges } from './charges.ts';
import { TYPE_WEIGHTS, withDefaults } from './event-types.ts';

/**
 * The settings of the Spark job. They are stored in `windows/N.json`, so that a run depends on its windows alone, or also on
 * an earlier run if `learnEvery` is above 1: an attempt that is repeated a week later trains with the settings that the
 * window was cut with.
 */
export const Model = z.strictObject({
  /**
   * The algorithm that orders the lists. `ranker` takes candidates from several sources and orders them by a blend of the
   * best baseline with trees trained on the shop's own past, implicit ALS and co-purchase, or by that baseline where no
   * blend is likely to be better. `als` uses implicit ALS alone and takes half the time.
   */
  algorithm: z.enum(['ranker', 'als']).default('ranker'),
  /** Length of the factor vectors of implicit ALS. */
  rank: z.int().min(1).max(512).default(64),
  /** Number of ALS iterations; each solves all users and all products once. */
  iterations: z.int().min(1).max(100).default(4),
  /** The lambda of Hu, Koren and Volinsky (2008). Spark multiplies it by the number of pairs in a row. */
  regularisation: z.number().positive().max(1000).default(0.3),
  /** The confidence of a user-product pair is 1 + alpha * weight; the weight is the sum over the purchases of the pair. */
  alpha: z.number().positive().max(10_000).default(3),
  /** Half-life of a purchase's weight, in horizons. A horizon is as long as the holdout. */
  halfLifeHorizons: z.number().positive().max(1000).default(4),
  /** The weight of a purchase is multiplied by its quantity to this power: 0 counts purchases, 1 counts units. */
  quantityExponent: z.number().min(0).max(1).default(0),
  /** Number of products per user and list. */
  topN: z.int().min(1).max(100).default(10),
  /**
   * Share of the distinct interactions that is held out to measure quality, newest first; between 0 and 1, both exclusive.
   */
  holdoutShare: z.number().gt(0).lt(1).default(0.1),
  /** Start of the holdout, epoch ms. It replaces `holdoutShare`, to compare with measurements made elsewhere. */
  holdoutFromMs: z.int().positive().optional(),
  /** Holds out the last basket of every user who has at least three, also to compare with other measurements. */
  holdoutLastBasket: z.boolean().optional(),
  /**
   * Weight of one interaction, by its type; upper and lower case and separators do not matter. 0 leaves a type out. Types
   * that are not named here are stored, counted and reported, but excluded from training. In a configuration it needs to
   * have only what differs from the defaults: see {@link ConfiguredModel}.
   */
  typeWeights: z.record(z.string().min(1).max(64), z.number().min(0).max(1000)).default(TYPE_WEIGHTS),
  /**
   * For each id or name, true if what has it is a charge, such as postage: its sales are stored, counted and reported, but
   * excluded from training. Upper and lower case, accents and separators do not matter; the id comes before the name. In a configuration it needs to have only what differs
   * from the defaults. The job takes a window of version 0.2 or earlier, which has none, as it was cut.
   */
  charges: z.record(z.string().min(1).max(256), z.boolean()).default(CHARGES),
  /**
   * Number of windows after which the ranker learns again, at the latest; 1: every run learns. In between, a run whose sales
   * grew by at most a tenth uses what an earlier run learned. Factors, co-purchases and lists are made from all sales in
   * every run.
   */
  learnEvery: z.int().min(1).max(1000).default(1),
  /** Seed of every random choice in a run. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(42),
});
export type Model = z.infer<typeof Model>;

/** The settings as a person gives them: what `typeWeights` and `charges` do not name is as by default. */
export const ConfiguredModel = Model.transform(
  (model): Model => ({
    ...model,
    typeWeights: withDefaults(model.typeWeights),
    charges: withDefaultCharges(model.charges),
  }),
);

/**
 * Leaves out what `typeWeights` and `charges` have by default, because all variables of a Lambda together may have 4 KB
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). {@link ConfiguredModel} adds it again.
 *
 * @example withoutDefaults(Model.parse({ charges: { wrap: true } })).charges // { wrap: true }
 */
export const withoutDefaults = (model: Model): Model => ({
  ...model,
  typeWeights: differing(model.typeWeights, TYPE_WEIGHTS, withDefaults),
  charges: differing(model.charges, CHARGES, withDefaultCharges),
});

/** Returns all values if the defaults would not be added again, as beside another spelling of the same name. */
function differing<Value>(
  values: Readonly<Record<string, Value>>,
  defaults: Readonly<Record<string, Value>>,
  addDefaults: (values: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>,
): Record<string, Value> {
  const left = Object.fromEntries(Object.entries(values).filter(([name, value]) => defaults[name] !== value));
  const added = addDefaults(left);
  return Object.keys(values).every((name) => Object.hasOwn(added, name)) ? left : { ...values };
}

import * as z from 'zod';

/**
 * What the Spark job may be told. It travels inside `windows/N.json`, so that a run is a function of its windows:
 * an attempt that is repeated next week trains with the numbers that the window was cut with.
 */
export const Model = z.strictObject({
  /**
   * How lists are ordered. `ranker`: candidates from several sources, by trees that learn from the shop's own past, or by
   * the best baseline where that is better. `als`: implicit ALS alone, in half the time.
   */
  algorithm: z.enum(['ranker', 'als']).default('ranker'),
  /** Length of the factor vectors of implicit ALS. */
  rank: z.int().min(1).max(512).default(64),
  /** ALS sweeps over users and products. */
  iterations: z.int().min(1).max(100).default(4),
  /** Lambda of Hu, Koren, Volinsky 2008, times the number of a row's pairs. */
  regularisation: z.number().positive().max(1000).default(0.3),
  /** Confidence is 1 + alpha * weight, the sum over a user's purchases of a product. */
  alpha: z.number().positive().max(10_000).default(3),
  /** A purchase weighs what its type does, halved with every so many horizons of its age; a horizon is as long as the holdout. */
  halfLifeHorizons: z.number().positive().max(1000).default(4),
  /** … times quantity to this power, so that quantity is damped: 0 counts purchases, 1 units. */
  quantityExponent: z.number().min(0).max(1).default(0),
  /** Products per user and list. */
  topN: z.int().min(1).max(100).default(10),
  /** Share of the distinct interactions, the newest, that is held out to measure quality; 0 to 1, exclusive. */
  holdoutShare: z.number().gt(0).lt(1).default(0.1),
  /** Where the holdout begins, epoch ms, instead of by its share: to compare with measurements made elsewhere. */
  holdoutFromMs: z.int().positive().optional(),
  /** Hold out the last basket of every user with at least three instead: to compare likewise. */
  holdoutLastBasket: z.boolean().optional(),
  /** Weight of one interaction by its type. Types that are not named here are stored, counted and left out of training. */
  typeWeights: z.record(z.string().min(1).max(64), z.number().positive()).default({ purchase: 1 }),
  /** Starts every random choice of a run. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(42),
});
export type Model = z.infer<typeof Model>;

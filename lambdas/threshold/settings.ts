import * as z from 'zod';

/** When a window is cut. */
export const Threshold = z.strictObject({
  /** Fewest new interactions that cut a window. */
  threshold: z.int().min(1).default(10_000),
  /** A window must also add this share of everything cut before, so that the total work stays linear; 0 switches it off. */
  growth: z.number().min(0).max(10).default(0.2),
  /** An interaction waits at most this long for a window. */
  maxWaitSeconds: z
    .number()
    .positive()
    .default(24 * 60 * 60),
  /**
   * How often everything ever stored is looked at, hours: what was stored late, with offsets below those that were cut, waits
   * as long in addition. It costs by the age of the lake.
   */
  fullSweepHours: z.int().min(1).max(168).default(24),
});
export type Threshold = z.infer<typeof Threshold>;

import * as z from 'zod';

/** Settings that decide when a window is cut. */
export const Threshold = z.strictObject({
  /** Smallest number of new interactions that cuts a window. */
  threshold: z.int().min(1).default(10_000),
  /**
   * A window must also add this share of all interactions cut before. Every run trains on everything, so this keeps the
   * total work linear. 0 disables it.
   */
  growth: z.number().min(0).max(10).default(0.2),
  /** Longest time that an interaction waits for a window. */
  maxWaitSeconds: z
    .number()
    .positive()
    .default(24 * 60 * 60),
  /**
   * How long Lambda gathers events before it calls threshold, in seconds, so that it decides about once in this time. With
   * 0, each event is answered at once.
   */
  gatherSeconds: z.int().min(0).max(300).default(60),
  /**
   * Time between two full sweeps, which list everything that was stored in the last week, and what is older in whole or in turn;
   * see depth.ts. A batch that was stored late, with offsets lower than those already cut, and whose event was lost, waits for one.
   */
  fullSweepHours: z.int().min(1).max(168).default(24),
});
export type Threshold = z.infer<typeof Threshold>;

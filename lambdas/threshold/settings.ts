import { z } from 'zod';

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
});
export type Threshold = z.infer<typeof Threshold>;

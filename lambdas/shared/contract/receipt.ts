import * as z from 'zod';

/** Schemas of what train writes under `receipts/`: what attempts cost, which of them fit into the budget, and which wait. */

const Count = z.int().min(0);
const PositiveInt = z.int().min(1);
/** US dollars, to a millionth. */
const Usd = z.number().min(0);
/** A calendar month, UTC: `2026-11`. */
const Month = z.string().regex(/^\d{4}-\d{2}$/);

/** The use of the workers of a job. In the cloud, it is what EMR Serverless billed. */
export const JobUsage = z.strictObject({
  vcpuHours: z.number().min(0),
  memoryGbHours: z.number().min(0),
  /** Only disk beyond the 20 GB that are free for each worker. */
  storageGbHours: z.number().min(0),
});
export type JobUsage = z.infer<typeof JobUsage>;

/** The use of one Lambda. */
export const FunctionUsage = z.strictObject({
  requests: Count,
  /** Billed duration of all requests. */
  milliseconds: z.number().min(0),
  gbSeconds: z.number().min(0),
});
export type FunctionUsage = z.infer<typeof FunctionUsage>;

/** `receipts/N/K.json`: what attempt K to train window N cost. It is written once, when the job has ended and is billed. */
export const Receipt = z.strictObject({
  /** The number of the window, and of its run if there is one. */
  run: PositiveInt,
  attempt: PositiveInt,
  /** Epoch ms. */
  writtenAtMs: Count,
  /** The month whose budget the attempt counts in. */
  month: Month,
  /** `local`: measured on one machine, and priced as the cloud would price it; nothing was paid. */
  where: z.enum(['cloud', 'local']),
  /** True if this attempt wrote the run. */
  succeeded: z.boolean(),
  job: z.strictObject({
    /** The last state of the job, as EMR Serverless names it; `GONE` if the service does not know it; null if it was never started. */
    state: z.string().nullable(),
    /** Null if the service did not report it. */
    usage: JobUsage.nullable(),
    /** Why `usage` is null; otherwise null. */
    unknownBecause: z.string().nullable(),
  }),
  /**
   * The use of the Lambdas since the previous receipt, by stage. Null if it could not be measured; the next receipt then begins
   * where this one would have begun.
   */
  lambda: z
    .strictObject({ fromMs: Count, untilMs: Count, stages: z.record(z.string(), FunctionUsage) })
    .nullable(),
  s3: z.strictObject({
    /** Objects written for this attempt, each by one request: counted from the window and the manifest. */
    puts: Count,
    /** Estimated: two reads of every batch and of the compacted files of every earlier run. */
    gets: Count,
    /** Bytes of these objects, without logs and without what a failed attempt left. */
    bytesKept: Count,
  }),
  /** The prices that were used, in dollars per unit. */
  prices: z.strictObject({
    /** The month in which the prices were written down. */
    asOf: Month,
    /** The region whose prices they are; another one than that of the stack if its prices are not known. */
    region: z.string(),
    usd: z.record(z.string(), z.number().min(0)),
  }),
  /** The cost of this attempt. */
  usd: z.strictObject({
    /** Null if the bill is unknown. Only this counts in the budget. */
    job: Usd.nullable(),
    /** By stage; empty if it could not be measured. */
    lambda: z.record(z.string(), Usd),
    s3Requests: Usd,
    /** The first month of keeping the bytes. */
    s3Storage: Usd,
    /** Null if the bill of the job is unknown. */
    total: Usd.nullable(),
  }),
  /** The expected cost of the job when it was started; null if none was recorded. */
  forecastUsd: Usd.nullable(),
  /** True if a person started it although it did not fit into the budget. */
  overBudget: z.boolean(),
  /** Rows in all batches of windows 1 to N; null if the window cannot be read. */
  sales: Count.nullable(),
  /** Users of the run; null if this attempt wrote none. */
  users: Count.nullable(),
  /** The cost of the run with all of its attempts so far. */
  whole: z.strictObject({
    usd: Usd,
    /** Attempts whose bill is unknown, which `usd` leaves out. */
    unknownAttempts: Count,
    /** Null if there is no run, no user or sale, or an attempt whose bill is unknown; so are the next two. */
    usdPerThousandUsers: Usd.nullable(),
    usdPerThousandSales: Usd.nullable(),
    /**
     * 730 hours at this pace: the dollars of all attempts since the run before, by the hours between the newest sales of both
     * runs. Null also for the first run, and if the newest sale is not newer.
     */
    usdPerMonth: Usd.nullable(),
  }),
});
export type Receipt = z.infer<typeof Receipt>;

/**
 * `receipts/budget/MONTH/N.json`: the N-th attempt that was started in a month. It is written before the attempt, with the
 * next free number, so that of several deciders at the same time each knows all attempts that were allowed before.
 */
export const Claim = z.strictObject({
  window: PositiveInt,
  attempt: PositiveInt,
  /** Epoch ms. */
  atMs: Count,
  forecastUsd: Usd,
  /** The cost of the earlier attempts of this month, by their bills or else by their forecasts. */
  committedUsd: Usd,
  /** Null if there is none. */
  ceilingUsd: Usd.nullable(),
  overBudget: z.boolean(),
});
export type Claim = z.infer<typeof Claim>;

/** `receipts/waiting/MONTH/N-K.json`: attempt K of window N did not fit into the budget of the month when it was first due. */
export const Waiting = z.strictObject({
  window: PositiveInt,
  attempt: PositiveInt,
  month: Month,
  /** Epoch ms. */
  atMs: Count,
  forecastUsd: Usd,
  committedUsd: Usd,
  ceilingUsd: Usd,
});
export type Waiting = z.infer<typeof Waiting>;

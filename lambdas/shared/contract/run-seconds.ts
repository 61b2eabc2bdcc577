/** Measured on 2 cores (docs/performance.md). To be safe, a cluster counts as no faster. */
const JOB_SECONDS = 13;
const JOB_SECONDS_PER_SALE = 55e-6;
/** From the workers' start, when AWS starts to charge, to Spark's. Not measured: no run has been made in an account yet. */
const WORKERS_START_SECONDS = 60;

/**
 * Estimates the seconds for which AWS charges the workers of a run, before any run of the shop was billed.
 *
 * @param trainedOn Number of sales that the run trains on.
 * @example secondsOfRun(100_000) // 78.5
 */
export const secondsOfRun = (trainedOn: number): number =>
  WORKERS_START_SECONDS + JOB_SECONDS + JOB_SECONDS_PER_SALE * trainedOn;

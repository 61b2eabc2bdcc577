/** AWS's month, for which hourly prices are told. */
export const HOURS_PER_MONTH = 730;
const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;

/** What the shop does, and what was configured. */
export interface Workload {
  /** Sales come evenly. */
  readonly salesPerMonth: number;
  /** The month that is billed: 1 is the first after the deployment, for the lake and the runs grow with every sale. */
  readonly month: number;
  /** Size of a record on the topic, key included. */
  readonly recordBytes: number;
  readonly threshold: number;
  readonly growth: number;
  readonly maxWaitSeconds: number;
  /** Runs in the month if it is known; otherwise it follows from threshold, growth and the longest wait. */
  readonly runsPerMonth?: number | undefined;
}

/** A training run. */
export interface RunAt {
  /** Counted from 1. */
  readonly month: number;
  /** Sales that it trains on: all so far. */
  readonly trainedOn: number;
}

/** Measured on 2 cores (docs/performance.md); that a cluster is no faster is on the safe side. */
const JOB_SECONDS = 13;
const JOB_SECONDS_PER_SALE = 55e-6;
/** From the workers' start, from which on they are paid, to Spark's. Not measured: no account has seen a run. */
const WORKERS_START_SECONDS = 60;

/** Seconds in which a run's workers are paid. */
export const secondsOfRun = (trainedOn: number): number =>
  WORKERS_START_SECONDS + JOB_SECONDS + JOB_SECONDS_PER_SALE * trainedOn;

/**
 * Every run from the deployment to the end of the billed month, oldest first, by the rule of the threshold: a window is cut
 * when it adds enough, or when its oldest sale has waited long enough, and never while a run is in flight.
 *
 * @throws {RangeError} If a number is out of its range; the message names it.
 */
export function planRuns(workload: Workload): RunAt[] {
  check(workload);
  const { salesPerMonth, month, threshold, growth, maxWaitSeconds, runsPerMonth } = workload;
  if (salesPerMonth === 0) return [];
  if (runsPerMonth !== undefined) return spread(workload, runsPerMonth);
  const perSecond = salesPerMonth / SECONDS_PER_MONTH;
  const runs: RunAt[] = [];
  let [atSeconds, trainedOn] = [0, 0];
  for (;;) {
    const enough = Math.max(threshold, growth * trainedOn) / perSecond;
    // One sale at the least; the wait begins with it.
    const waited = 1 / perSecond + maxWaitSeconds;
    const inFlight = trainedOn === 0 ? 0 : secondsOfRun(trainedOn);
    atSeconds += Math.max(Math.min(enough, waited), inFlight);
    if (atSeconds > month * SECONDS_PER_MONTH) return runs;
    trainedOn = atSeconds * perSecond;
    runs.push({ month: Math.ceil(atSeconds / SECONDS_PER_MONTH), trainedOn });
  }
}

function spread({ salesPerMonth, month }: Workload, runsPerMonth: number): RunAt[] {
  return Array.from({ length: runsPerMonth * month }, (_, index) => ({
    month: Math.floor(index / runsPerMonth) + 1,
    trainedOn: (salesPerMonth * (index + 1)) / runsPerMonth,
  }));
}

/** More would be a mistake in the input, and takes long to add up. */
const MOST_SALES = 1e10;
const MOST_MONTHS = 120;

function check({ salesPerMonth, month, recordBytes, threshold, growth, maxWaitSeconds }: Workload): void {
  const problem =
    (!(salesPerMonth >= 0 && salesPerMonth <= MOST_SALES) &&
      `salesPerMonth is ${salesPerMonth}, should be 0 to ${MOST_SALES}`) ||
    (!(Number.isInteger(month) && month >= 1 && month <= MOST_MONTHS) &&
      `month is ${month}, should be 1 to ${MOST_MONTHS}`) ||
    (!(recordBytes >= 1) && `recordBytes is ${recordBytes}, should be at least 1`) ||
    (!(threshold >= 1) && `threshold is ${threshold}, should be at least 1`) ||
    (!(growth >= 0) && `growth is ${growth}, should be at least 0`) ||
    (!(maxWaitSeconds > 0) && `maxWaitSeconds is ${maxWaitSeconds}, should be above 0`);
  if (problem) throw new RangeError(`Cannot plan runs: ${problem}`);
}

import { HOURS_PER_MONTH } from '../../lambdas/shared/contract/prices.ts';
import { secondsOfRun } from '../../lambdas/shared/contract/run-seconds.ts';

const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;

/** A shop's sales, and the configuration of its stack. */
export interface Workload {
  /** Spread evenly over the month. */
  readonly salesPerMonth: number;
  /** The billed month; 1 is the first after the deployment. It matters because the lake and the runs grow with every sale. */
  readonly month: number;
  /** Size of a record on the topic, key included. */
  readonly recordBytes: number;
  readonly threshold: number;
  readonly growth: number;
  readonly maxWaitSeconds: number;
  /** Runs per month, if known; otherwise threshold, growth and the longest wait decide. */
  readonly runsPerMonth?: number | undefined;
}

/** A training run. */
export interface RunAt {
  /** Counted from 1. */
  readonly month: number;
  /** Number of sales that the run trains on: all so far. */
  readonly trainedOn: number;
}

/**
 * Plans the runs from the deployment to the end of the billed month, by the rule of the threshold: a window is cut when it
 * adds enough sales, or when its oldest sale has waited long enough, and never while a run is in flight.
 *
 * @returns The runs, oldest first; empty without sales.
 * @throws {RangeError} If a number is out of range; the message names it.
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
    // A window needs at least one sale, and the wait begins with that sale.
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

/** Larger numbers are probably a mistake in the input, and would take long to calculate. */
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

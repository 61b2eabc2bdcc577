import { addUsd, endOfMonth, formatUsd, roundUsd } from '../shared/contract/money.ts';
import { sum } from '../shared/contract/numbers.ts';
import type { Receipt } from '../shared/contract/receipt.ts';
import { secondsOfRun } from '../shared/contract/run-seconds.ts';
import { jobUsd } from './bill.ts';
import type { Launch } from './settings.ts';

type Capacity = Pick<Launch, 'workers' | 'deadlineMinutes'>;

/** The newest billed runs that a forecast is made from. */
export const FORECAST_RUNS = 3;

/** The input of a forecast. */
export interface ForecastFacts {
  /** Rows in all batches that the job reads; undefined if the window cannot be read. */
  readonly sales: number | undefined;
  /** Receipts of any attempts, newest first; may be empty. */
  readonly receipts: readonly Receipt[];
  readonly launch: Capacity;
  readonly region: string | undefined;
}

/**
 * Returns the most that a job can cost, in US dollars: all workers until the deadline, at which the service ends the job.
 */
export const mostUsd = (launch: Capacity, region: string | undefined): number =>
  capacityUsd(launch, launch.deadlineMinutes * 60, region);

/**
 * Forecasts what a job costs, in US dollars: what the newest {@link FORECAST_RUNS} runs with a bill cost per sale, times its
 * sales. The first run is forecast as `npm run cost` does: by the measured time per sale, with all workers from start to end.
 * A job whose sales are not known is forecast at the most that it can cost, which is also the limit of every other forecast.
 */
export function forecastUsd({ sales, receipts, launch, region }: ForecastFacts): number {
  const most = mostUsd(launch, region);
  if (sales === undefined) return most;
  const billed = receipts
    .filter((receipt) => receipt.succeeded && receipt.usd.job !== null && (receipt.sales ?? 0) > 0)
    .slice(0, FORECAST_RUNS);
  const rate =
    sum(billed.map((receipt) => receipt.usd.job ?? 0)) / sum(billed.map((receipt) => receipt.sales ?? 0));
  const expected = billed.length > 0 ? rate * sales : capacityUsd(launch, secondsOfRun(sales), region);
  return roundUsd(Math.min(expected, most));
}

function capacityUsd(
  { workers: { architecture, vcpu, memoryGb, storageGb } }: Capacity,
  seconds: number,
  region: string | undefined,
): number {
  const hours = seconds / 3600;
  return jobUsd(
    { vcpuHours: vcpu * hours, memoryGbHours: memoryGb * hours, storageGbHours: storageGb * hours },
    { architecture, region },
  );
}

/** The numbers of a decision. */
export interface BudgetNumbers {
  readonly month: string;
  /** The cost of this month's attempts, by their bills or else by their forecasts. */
  readonly committedUsd: number;
  readonly forecastUsd: number;
  /** Null if there is none. */
  readonly ceilingUsd: number | null;
}

/** Returns whether an attempt fits into the budget; one that reaches the ceiling exactly does. */
export const fits = ({ committedUsd, forecastUsd: expected, ceilingUsd }: BudgetNumbers): boolean =>
  ceilingUsd === null || addUsd([committedUsd, expected]) <= roundUsd(ceilingUsd);

/** Explains to a person why an attempt waits. @example 'the attempts of 2026-11 cost $9.90, this one …' */
export function explainWaiting({
  month,
  committedUsd,
  forecastUsd: expected,
  ceilingUsd,
}: BudgetNumbers): string {
  const begins = new Date(endOfMonth(month)).toISOString().slice(0, 'YYYY-MM-DD'.length);
  return `the attempts of ${month} cost ${formatUsd(committedUsd)}, this one is expected to cost ${formatUsd(expected)}, and budget.monthlyTrainingUsd is ${formatUsd(ceilingUsd ?? 0)}; it starts by itself on ${begins} (UTC)`;
}

import { addUsd, endOfMonth, formatUsd } from './money.ts';
import type { Receipt, Waiting } from './receipt.ts';

/** The cost of a run, by the receipts of its attempts. */
export interface RunCost {
  readonly run: number;
  /** In the order of the attempts; an attempt without a receipt is not billed yet. */
  readonly receipts: readonly Receipt[];
  /** Number of receipts that cannot be read. */
  readonly unreadable: number;
}

/** The dollars of a run, by what they were paid for. */
export interface CostParts {
  /** The job that wrote the run. */
  readonly training: number;
  /** Lambdas, and requests and storage of S3. */
  readonly others: number;
  /** Jobs that wrote no run. */
  readonly failed: number;
  readonly total: number;
  /** Attempts whose cost is unknown. */
  readonly unknown: number;
}

/**
 * Adds up what a run cost. An attempt whose bill is unknown counts with its Lambdas and S3 only.
 *
 * @example
 * partsOf({ run: 1, receipts: [], unreadable: 1 })
 * // { training: 0, others: 0, failed: 0, total: 0, unknown: 1 }
 */
export function partsOf({ receipts, unreadable }: RunCost): CostParts {
  const jobs = (succeeded: boolean): number =>
    addUsd(receipts.filter((each) => each.succeeded === succeeded).map(({ usd }) => usd.job ?? 0));
  const [training, failed] = [jobs(true), jobs(false)];
  const others = addUsd(
    receipts.flatMap(({ usd }) => [...Object.values(usd.lambda), usd.s3Requests, usd.s3Storage]),
  );
  return {
    training,
    others,
    failed,
    total: addUsd([training, others, failed]),
    unknown: unreadable + receipts.filter(({ usd }) => usd.job === null).length,
  };
}

/** Returns whether one of the receipts was measured on one machine, where nothing is paid. @example isMeasuredLocally([]) // false */
export const isMeasuredLocally = (costs: readonly RunCost[]): boolean =>
  costs.some(({ receipts }) => receipts.some(({ where }) => where === 'local'));

/** Explains amounts that were measured on one machine. */
export const MEASURED_LOCALLY = 'Measured on one machine and priced as AWS would price it; nothing was paid.';

/**
 * Explains to a person why a window waits.
 *
 * @example
 * describeWaiting({ window: 7, attempt: 1, month: '2026-11', atMs: 0, committedUsd: 9.9, forecastUsd: 0.2, ceilingUsd: 10 }).slice(0, 112)
 * // 'Window 7 waits for the next month: training in 2026-11 has cost $9.90 of $10.00, and this run is expected to cos'
 */
export function describeWaiting({ window, month, committedUsd, forecastUsd, ceilingUsd }: Waiting): string {
  const begins = new Date(endOfMonth(month)).toISOString().slice(0, 'YYYY-MM-DD'.length);
  return `Window ${window} waits for the next month: training in ${month} has cost ${formatUsd(committedUsd)} of ${formatUsd(ceilingUsd)}, and this run is expected to cost ${formatUsd(forecastUsd)}. It starts by itself on ${begins} (UTC); npm run retry -- --window ${window} --over-budget starts it now.`;
}

import type { Receipt } from '../../lambdas/shared/contract/receipt.ts';
import type { RunCost } from '../../lambdas/shared/contract/run-cost.ts';
import { makeReceipt } from '../../lambdas/train/bill.ts';

/** Receipts of invented runs. */

const NOON = Date.UTC(2026, 5, 30, 12);
const DAY_MS = 86_400_000;

export interface SampleReceipt {
  readonly run: number;
  readonly attempt?: number;
  /** Hours of 16 vCPU with 56 GB; null: the bill is unknown. */
  readonly hours?: number | null;
  readonly succeeded?: boolean;
  readonly isLocal?: boolean;
  readonly overBudget?: boolean;
  readonly earlierUsd?: readonly (number | null)[];
}

export function sampleReceipt({
  run,
  attempt = 1,
  hours = 0.1,
  succeeded = true,
  isLocal = false,
  overBudget = false,
  earlierUsd = [],
}: SampleReceipt): Receipt {
  return makeReceipt({
    run,
    attempt,
    nowMs: NOON + run * DAY_MS,
    month: '2026-06',
    architecture: 'ARM64',
    region: 'us-east-1',
    isLocal,
    succeeded,
    job: {
      state: succeeded ? 'SUCCESS' : 'FAILED',
      usage: hours === null ? null : { vcpuHours: 16 * hours, memoryGbHours: 56 * hours, storageGbHours: 0 },
      unknownBecause: hours === null ? 'the service reported no bill' : null,
    },
    lambda: {
      fromMs: NOON,
      untilMs: NOON + DAY_MS,
      stages: { serve: { requests: 10_000, milliseconds: 300_000, gbSeconds: 500 } },
    },
    s3: { puts: 60, gets: 200, bytesKept: 8_000_000 },
    forecastUsd: 0.09,
    overBudget,
    sales: 12_000 * run,
    users: succeeded ? 1000 * run : null,
    earlierUsd,
    pace: run > 1 ? { otherUsd: 0, hours: 24 } : undefined,
  });
}

/** A run of one attempt. */
export const sampleCost = (run: number, changes: Partial<SampleReceipt> = {}): RunCost => ({
  run,
  receipts: [sampleReceipt({ run, ...changes })],
  unreadable: 0,
});

/** Runs 1 to `runs`, which take longer and longer; every seventh failed once. */
export const sampleCosts = (runs: number): RunCost[] =>
  Array.from({ length: runs }, (_, index) => {
    const run = index + 1;
    const hours = 0.05 + 0.004 * run;
    if (run % 7 !== 0) return sampleCost(run, { hours });
    const failed = sampleReceipt({ run, hours: hours / 2, succeeded: false });
    const second = sampleReceipt({ run, attempt: 2, hours, earlierUsd: [failed.usd.total] });
    return { run, receipts: [failed, second], unreadable: 0 };
  });

import { receiptKey, windowKey } from '../../../lambdas/shared/contract/keys.ts';
import { Model } from '../../../lambdas/shared/contract/model.ts';
import { monthOf } from '../../../lambdas/shared/contract/money.ts';
import { PRICES } from '../../../lambdas/shared/contract/prices.ts';
import type { JobUsage, Receipt } from '../../../lambdas/shared/contract/receipt.ts';
import type { Window } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { makeReceipt } from '../../../lambdas/train/bill.ts';
import type { Parts } from '../../../lambdas/train/train.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { fakeCluster } from './cluster.ts';
import { launch } from './launch.ts';

type LambdaUse = NonNullable<Receipt['lambda']>['stages'];

/** Everything that train needs, in memory. The use of the Lambdas is nothing, unless `used` is changed. */
export function trainParts(lake: MemoryLake = memoryLake(), monthlyTrainingUsd?: number) {
  const jobs = fakeCluster();
  const measured: (readonly [number, number])[] = [];
  const used: { stages: LambdaUse; fails: boolean } = { stages: {}, fails: false };
  const parts = {
    lake,
    jobs,
    log: recordingLog(),
    launch: { ...launch, ...(monthlyTrainingUsd !== undefined && { monthlyTrainingUsd }) },
    bucket: 'lake',
    region: 'us-east-1',
    usage: {
      async measure(fromMs: number, untilMs: number) {
        if (used.fails) throw new Error('no access to the logs');
        measured.push([fromMs, untilMs]);
        return used.stages;
      },
    },
    nowMs: () => lake.nowMs,
    /** The spans that were measured, and what the measurement returns. */
    measured,
    used,
  };
  return parts satisfies Parts;
}
export type TrainParts = ReturnType<typeof trainParts>;

/** Cuts a window whose run trains on `sales` sales, in two batches of 1,000 bytes. */
export async function cutWindow(lake: MemoryLake, window: number, sales = 100_000): Promise<void> {
  const content: Window = {
    window,
    cutAtMs: lake.nowMs,
    reason: { kind: 'flush', text: 'a test asked for it' },
    batches: [1, 2].map((batch) => ({ key: `interactions/${window}-${batch}`, sizeBytes: 1000 })),
    newInteractions: sales,
    partitions: {},
    totalInteractions: sales,
    model: Model.parse({}),
  };
  await lake.create(windowKey(window), toJson(content), 'application/json');
}

/** The use that costs one dollar, at the prices of ARM64 in us-east-1: vCPU-hours only. */
export const billOf = (usd: number): JobUsage => ({
  vcpuHours: usd / PRICES['us-east-1'].emrArmVcpu.usd,
  memoryGbHours: 0,
  storageGbHours: 0,
});

/** Stores the receipt of an attempt whose job cost `usd`; null: the bill is unknown. */
export async function storeReceipt(
  lake: MemoryLake,
  { run, attempt = 1, usd, sales = 100_000, succeeded = true, where = 'cloud' }: StoredReceipt,
): Promise<Receipt> {
  const receipt = makeReceipt({
    run,
    attempt,
    nowMs: lake.nowMs,
    month: monthOf(lake.nowMs),
    architecture: 'ARM64',
    region: 'us-east-1',
    isLocal: where === 'local',
    succeeded,
    job: {
      state: succeeded ? 'SUCCESS' : 'FAILED',
      usage: usd === null ? null : billOf(usd),
      unknownBecause: usd === null ? 'the service reported no bill' : null,
    },
    lambda: null,
    s3: { puts: 0, gets: 0, bytesKept: 0 },
    forecastUsd: null,
    overBudget: false,
    sales,
    users: succeeded ? 100 : null,
    earlierUsd: [],
    pace: undefined,
  });
  await lake.create(receiptKey(run, attempt), toJson(receipt), 'application/json');
  return receipt;
}

interface StoredReceipt {
  readonly run: number;
  readonly attempt?: number;
  readonly usd: number | null;
  readonly sales?: number;
  readonly succeeded?: boolean;
  readonly where?: Receipt['where'];
}

import { addUsd, roundUsd } from '../shared/contract/money.ts';
import { sum } from '../shared/contract/numbers.ts';
import {
  HOURS_PER_MONTH,
  PRICES,
  PRICES_AS_OF,
  type PriceName,
  pricedRegion,
} from '../shared/contract/prices.ts';
import type { FunctionUsage, JobUsage, Receipt } from '../shared/contract/receipt.ts';
import type { Launch } from './settings.ts';

type Architecture = Launch['workers']['architecture'];

/** The names of the prices of a worker. */
const WORKER_PRICES = {
  ARM64: { vcpu: 'emrArmVcpu', memory: 'emrArmMemory' },
  X86_64: { vcpu: 'emrX86Vcpu', memory: 'emrX86Memory' },
} as const satisfies Readonly<Record<Architecture, Readonly<Record<'vcpu' | 'memory', PriceName>>>>;

/** The source of prices. */
export interface Priced {
  readonly architecture: Architecture;
  /** The region of the stack; prices of another one are used if its own are not known. */
  readonly region: string | undefined;
}

/**
 * Prices what the workers of a job used, in US dollars.
 *
 * @example
 * jobUsd({ vcpuHours: 1, memoryGbHours: 0, storageGbHours: 0 }, { architecture: 'ARM64', region: 'us-east-1' }) // 0.042094
 */
export function jobUsd(
  { vcpuHours, memoryGbHours, storageGbHours }: JobUsage,
  { architecture, region }: Priced,
): number {
  const prices = PRICES[pricedRegion(region)];
  const { vcpu, memory } = WORKER_PRICES[architecture];
  return roundUsd(
    vcpuHours * prices[vcpu].usd +
      memoryGbHours * prices[memory].usd +
      storageGbHours * prices.emrStorage.usd,
  );
}

/** The input of a receipt. */
export interface BillFacts extends Priced {
  readonly run: number;
  readonly attempt: number;
  readonly nowMs: number;
  readonly month: string;
  readonly isLocal: boolean;
  readonly succeeded: boolean;
  readonly job: Receipt['job'];
  readonly lambda: Receipt['lambda'];
  readonly s3: Receipt['s3'];
  readonly forecastUsd: number | null;
  readonly overBudget: boolean;
  readonly sales: number | null;
  readonly users: number | null;
  /** Totals of the earlier attempts for the same window; null for each whose bill is unknown. */
  readonly earlierUsd: readonly (number | null)[];
  /** The pace of the shop, if it is known. */
  readonly pace:
    | {
        /** Dollars of the attempts for other windows since the run before, which have no run. */
        readonly otherUsd: number;
        /** Hours from the newest sale of the run before to the newest sale of this one. */
        readonly hours: number;
      }
    | undefined;
}

/** Makes the receipt of an attempt. */
export function makeReceipt(facts: BillFacts): Receipt {
  const usd = amountsOf(facts);
  const { run, attempt, nowMs, month, isLocal, succeeded, job, lambda, s3, sales, users } = facts;
  return {
    run,
    attempt,
    writtenAtMs: nowMs,
    month,
    where: isLocal ? 'local' : 'cloud',
    succeeded,
    job,
    lambda,
    s3,
    prices: pricesOf(facts),
    usd,
    forecastUsd: facts.forecastUsd,
    overBudget: facts.overBudget,
    sales,
    users,
    whole: wholeOf(facts, usd.total),
  };
}

function amountsOf({ job, lambda, s3, ...priced }: BillFacts): Receipt['usd'] {
  const prices = PRICES[pricedRegion(priced.region)];
  const jobCost = job.usage && jobUsd(job.usage, priced);
  const byStage = Object.fromEntries(
    Object.entries(lambda?.stages ?? {}).map(([stage, usage]) => [stage, functionUsd(usage, priced.region)]),
  );
  const s3Requests = roundUsd(s3.puts * prices.s3Put.usd + s3.gets * prices.s3Get.usd);
  const s3Storage = roundUsd((s3.bytesKept / BYTES_PER_GB) * prices.s3Storage.usd);
  return {
    job: jobCost,
    lambda: byStage,
    s3Requests,
    s3Storage,
    total: jobCost === null ? null : addUsd([jobCost, ...Object.values(byStage), s3Requests, s3Storage]),
  };
}

const BYTES_PER_GB = 1e9;

function functionUsd({ requests, gbSeconds }: FunctionUsage, region: string | undefined): number {
  const prices = PRICES[pricedRegion(region)];
  return roundUsd(gbSeconds * prices.lambdaArm.usd + requests * prices.lambdaRequest.usd);
}

function pricesOf({ architecture, region: own }: Priced): Receipt['prices'] {
  const region = pricedRegion(own);
  const { vcpu, memory } = WORKER_PRICES[architecture];
  const names = [
    vcpu,
    memory,
    'emrStorage',
    'lambdaArm',
    'lambdaRequest',
    's3Put',
    's3Get',
    's3Storage',
  ] as const;
  return {
    asOf: PRICES_AS_OF,
    region,
    // Prices per million are quotients, whose last binary digit would show.
    usd: Object.fromEntries(names.map((name) => [name, Number(PRICES[region][name].usd.toPrecision(12))])),
  };
}

function wholeOf(
  { earlierUsd, succeeded, sales, users, pace }: BillFacts,
  own: number | null,
): Receipt['whole'] {
  const all = [...earlierUsd, own];
  const usd = addUsd(all.map((each) => each ?? 0));
  const unknownAttempts = all.filter((each) => each === null).length;
  const isKnown = succeeded && unknownAttempts === 0;
  const perThousand = (count: number | null): number | null =>
    isKnown && count !== null && count > 0 ? roundUsd((1000 * usd) / count) : null;
  return {
    usd,
    unknownAttempts,
    usdPerThousandUsers: perThousand(users),
    usdPerThousandSales: perThousand(sales),
    usdPerMonth:
      isKnown && pace && pace.hours > 0
        ? roundUsd((sum([usd, pace.otherUsd]) * HOURS_PER_MONTH) / pace.hours)
        : null,
  };
}

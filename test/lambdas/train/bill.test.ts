import { expect, test } from 'vitest';
import { Receipt } from '../../../lambdas/shared/contract/receipt.ts';
import { type BillFacts, jobUsd, makeReceipt } from '../../../lambdas/train/bill.ts';

/** Receipts worked out by hand from the price table of us-east-1. */

const NOON = Date.UTC(2026, 10, 30, 12);

/**
 * A run of a tenth of an hour on 16 vCPU with 56 GB and 80 GB of disk that costs money: 1.6 vCPU-hours, 5.6 GB-hours and
 * 8 disk-GB-hours. 2,000 users, 50,000 sales.
 */
const FACTS: BillFacts = {
  run: 7,
  attempt: 1,
  nowMs: NOON,
  month: '2026-11',
  architecture: 'ARM64',
  region: 'us-east-1',
  isLocal: false,
  succeeded: true,
  job: {
    state: 'SUCCESS',
    usage: { vcpuHours: 1.6, memoryGbHours: 5.6, storageGbHours: 8 },
    unknownBecause: null,
  },
  lambda: {
    fromMs: NOON - 3_600_000,
    untilMs: NOON,
    stages: {
      accumulate: { requests: 60, milliseconds: 9_000, gbSeconds: 15.5 },
      serve: { requests: 100_000, milliseconds: 3_000_000, gbSeconds: 5_182.6 },
    },
  },
  s3: { puts: 60, gets: 200, bytesKept: 8_000_000 },
  forecastUsd: 0.09,
  overBudget: false,
  sales: 50_000,
  users: 2_000,
  earlierUsd: [],
  pace: { otherUsd: 0, hours: 73 },
};

test('every amount of a run, by hand', () => {
  const receipt = makeReceipt(FACTS);
  expect(receipt.usd).toEqual({
    // 1.6 x 0.042094 + 5.6 x 0.004628 + 8 x 0.000111 = 0.0673504 + 0.0259168 + 0.000888
    job: 0.094155,
    lambda: {
      // 15.5 x 0.0000133334 + 60 x 0.0000002 = 0.0002066677 + 0.000012
      accumulate: 0.000219,
      // 5,182.6 x 0.0000133334 + 100,000 x 0.0000002 = 0.06910168 + 0.02
      serve: 0.089102,
    },
    // 60 x 0.000005 + 200 x 0.0000004 = 0.0003 + 0.00008
    s3Requests: 0.00038,
    // 0.008 GB x 0.023
    s3Storage: 0.000184,
    // 0.094155 + 0.000219 + 0.089102 + 0.00038 + 0.000184
    total: 0.18404,
  });
  expect(receipt.whole).toEqual({
    usd: 0.18404,
    unknownAttempts: 0,
    // for 2,000 users and 50,000 sales
    usdPerThousandUsers: 0.09202,
    usdPerThousandSales: 0.003681,
    // 73 hours since the run before are a tenth of 730
    usdPerMonth: 1.8404,
  });
  expect(receipt.prices).toEqual({
    asOf: '2026-11',
    region: 'us-east-1',
    usd: {
      emrArmVcpu: 0.042094,
      emrArmMemory: 0.004628,
      emrStorage: 0.000111,
      lambdaArm: 0.0000133334,
      lambdaRequest: 0.0000002,
      s3Put: 0.000005,
      s3Get: 0.0000004,
      s3Storage: 0.023,
    },
  });
  expect(Receipt.parse(receipt)).toEqual(receipt);
});

test('on x86 the same job costs 1.6 x 0.052624 + 5.6 x 0.0057785 + 8 x 0.000111', () => {
  const { usage } = FACTS.job;
  if (!usage) throw new Error('the job has no bill');
  expect(jobUsd(usage, { architecture: 'X86_64', region: 'us-east-1' })).toBe(0.117446);
});

test('a region whose prices are not known is priced like another one, which the receipt names', () => {
  const receipt = makeReceipt({ ...FACTS, region: 'eu-west-1' });
  expect(receipt.prices.region).toBe('us-east-1');
  expect(receipt.usd.total).toBe(0.18404);
});

test('failed attempts before it count in the cost of the run and of the month', () => {
  const { whole } = makeReceipt({ ...FACTS, attempt: 3, earlierUsd: [0.05, 0.01596] });
  expect(whole).toEqual({
    usd: 0.25,
    unknownAttempts: 0,
    usdPerThousandUsers: 0.125,
    usdPerThousandSales: 0.005,
    usdPerMonth: 2.5,
  });
});

test('a window without a run, given up between two runs, costs the month too', () => {
  const { whole } = makeReceipt({ ...FACTS, pace: { otherUsd: 0.11596, hours: 365 } });
  // (0.18404 + 0.11596) x 2
  expect(whole.usdPerMonth).toBe(0.6);
});

test('a failed attempt has its dollars, and none per user or month', () => {
  const receipt = makeReceipt({
    ...FACTS,
    succeeded: false,
    users: null,
    pace: undefined,
    job: { ...FACTS.job, state: 'FAILED' },
  });
  expect(receipt.usd.total).toBe(0.18404);
  expect(receipt.whole).toEqual({
    usd: 0.18404,
    unknownAttempts: 0,
    usdPerThousandUsers: null,
    usdPerThousandSales: null,
    usdPerMonth: null,
  });
});

test('an unknown bill makes the total unknown; the cost of the run is the rest, and the receipt says so', () => {
  const unknown = { state: 'GONE', usage: null, unknownBecause: 'the service does not know the job' };
  const own = makeReceipt({ ...FACTS, succeeded: false, job: unknown });
  expect(own.usd).toMatchObject({ job: null, total: null, s3Requests: 0.00038 });
  expect(own.whole).toMatchObject({ usd: 0, unknownAttempts: 1, usdPerMonth: null });
  const next = makeReceipt({ ...FACTS, attempt: 2, earlierUsd: [null] });
  expect(next.whole).toEqual({
    usd: 0.18404,
    unknownAttempts: 1,
    usdPerThousandUsers: null,
    usdPerThousandSales: null,
    usdPerMonth: null,
  });
});

test('a first run, and one whose newest sale is not newer, have no pace', () => {
  expect(makeReceipt({ ...FACTS, pace: undefined }).whole.usdPerMonth).toBeNull();
  expect(makeReceipt({ ...FACTS, pace: { otherUsd: 0, hours: 0 } }).whole.usdPerMonth).toBeNull();
});

test('without a measurement of the Lambdas the rest is added up', () => {
  const { usd } = makeReceipt({ ...FACTS, lambda: null });
  expect(usd).toMatchObject({ lambda: {}, total: 0.094719 });
});

test('a run of no users and no sales costs nothing per thousand of them', () => {
  const { whole } = makeReceipt({ ...FACTS, users: 0, sales: 0 });
  expect(whole).toMatchObject({ usdPerThousandUsers: null, usdPerThousandSales: null });
});

test('a receipt of one machine is marked', () => {
  expect(makeReceipt({ ...FACTS, isLocal: true }).where).toBe('local');
});

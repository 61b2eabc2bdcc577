import { expect, test } from 'vitest';
import type { Receipt } from '../../../lambdas/shared/contract/receipt.ts';
import { explainWaiting, fits, forecastUsd, mostUsd } from '../../../lambdas/train/budget.ts';
import { memoryLake } from '../../lake.ts';
import { launch } from './launch.ts';
import { storeReceipt } from './parts.ts';

/** An hour of 16 vCPU and 56 GB: 16 x 0.042094 + 56 x 0.004628. */
const HOUR_USD = 0.932672;

const lake = memoryLake();
const receiptOf = (usd: number | null, sales: number, succeeded = true): Promise<Receipt> =>
  storeReceipt(lake, { run: 1, usd, sales, succeeded });
const forecast = (sales: number | undefined, receipts: readonly Receipt[] = []): number =>
  forecastUsd({ sales, receipts, launch, region: 'us-east-1' });

test('the first run is forecast by the measured time: 73 s and 55 us for each of 100,000 sales, with all workers', () => {
  // 78.5 s / 3,600 s x 0.932672
  expect(forecast(100_000)).toBe(0.020337);
});

test('a later run is forecast by what the three newest billed runs cost per sale', async () => {
  const receipts = [
    await receiptOf(0.03, 300_000),
    await receiptOf(0.02, 200_000),
    await receiptOf(0.04, 100_000),
    // The fourth does not count.
    await receiptOf(9, 1),
  ];
  // 0.09 for 600,000 sales
  expect(forecast(400_000, receipts)).toBe(0.06);
});

test('failed attempts, unknown bills and runs of unknown size are no history', async () => {
  const receipts = [
    await receiptOf(0.001, 100_000, false),
    await receiptOf(null, 100_000),
    await receiptOf(5, 0),
  ];
  expect(forecast(100_000, receipts)).toBe(0.020337);
});

test('no job can cost more than all workers until the deadline, and a job of unknown size is forecast at that', async () => {
  expect(mostUsd(launch, 'us-east-1')).toBe(HOUR_USD);
  expect(forecast(undefined)).toBe(HOUR_USD);
  expect(forecast(100_000_000)).toBe(HOUR_USD);
  expect(forecast(100_000_000, [await receiptOf(0.03, 100_000)])).toBe(HOUR_USD);
});

test('an attempt fits up to the ceiling exactly, and not a cent or a millionth above', () => {
  const numbers = { month: '2026-11', committedUsd: 9.9, forecastUsd: 0.1, ceilingUsd: 10 };
  expect(fits(numbers)).toBe(true);
  expect(fits({ ...numbers, forecastUsd: 0.11 })).toBe(false);
  expect(fits({ ...numbers, forecastUsd: 0.100001 })).toBe(false);
  // 0.1 + 0.2 is not 0.3 in binary numbers.
  expect(fits({ ...numbers, committedUsd: 0.1, forecastUsd: 0.2, ceilingUsd: 0.3 })).toBe(true);
  expect(fits({ ...numbers, committedUsd: 1e6, ceilingUsd: null })).toBe(true);
});

test('the explanation has all numbers, and says when it starts by itself', () => {
  expect(explainWaiting({ month: '2026-12', committedUsd: 9.9, forecastUsd: 0.11, ceilingUsd: 10 })).toBe(
    'the attempts of 2026-12 cost $9.90, this one is expected to cost $0.11, and budget.monthlyTrainingUsd is $10.00; it starts by itself on 2027-01-01 (UTC)',
  );
});

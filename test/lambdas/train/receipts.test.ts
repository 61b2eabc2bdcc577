import { expect, test } from 'vitest';
import {
  attemptKey,
  failedKey,
  manifestKey,
  receiptKey,
  windowKey,
} from '../../../lambdas/shared/contract/keys.ts';
import { Receipt } from '../../../lambdas/shared/contract/receipt.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { BILL_WAIT_MS } from '../../../lambdas/train/receipts.ts';
import { train } from '../../../lambdas/train/train.ts';
import { sampleRun } from '../samples.ts';
import { billOf, cutWindow, type TrainParts, trainParts } from './parts.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 10, 30, 12);

/** A window whose first attempt runs. */
async function running(): Promise<TrainParts> {
  const parts = trainParts();
  parts.lake.nowMs = NOON;
  await cutWindow(parts.lake, 1);
  await train(parts);
  return parts;
}

const receiptOf = ({ lake }: TrainParts, run = 1, attempt = 1): Receipt =>
  Receipt.parse(JSON.parse(lake.text(receiptKey(run, attempt))));
const hasReceipt = ({ lake }: TrainParts, run = 1, attempt = 1): boolean =>
  lake.keys(receiptKey(run, attempt)).length > 0;

/** Stores the manifest of a run of three users, whose newest sale is at `asOfMs`. */
async function finish(
  { lake }: TrainParts,
  run: number,
  { attempt = 1, asOfMs = NOON }: { attempt?: number; asOfMs?: number } = {},
): Promise<void> {
  const { manifest } = sampleRun(run);
  await lake.create(manifestKey(run), toJson({ ...manifest, attempt, asOfMs }), '');
}

test('a run that ended and is billed gets its receipt, once', async () => {
  const parts = await running();
  parts.used.stages = { train: { requests: 3, milliseconds: 900, gbSeconds: 0.45 } };
  await finish(parts, 1);
  parts.jobs.endAll('SUCCESS');
  parts.jobs.bills.set('job-lake.1.1', billOf(0.5));
  parts.lake.nowMs += 600_000;
  await train(parts);
  const text = parts.lake.text(receiptKey(1, 1));
  expect(receiptOf(parts)).toMatchObject({
    run: 1,
    attempt: 1,
    writtenAtMs: NOON + 600_000,
    month: '2026-11',
    where: 'cloud',
    succeeded: true,
    job: { state: 'SUCCESS', unknownBecause: null },
    usd: { job: 0.5, lambda: { train: 0.000007 } },
    sales: 100_000,
    users: 3,
    overBudget: false,
  });
  await Promise.all([train(parts), train(parts)]);
  expect(parts.lake.text(receiptKey(1, 1))).toBe(text);
  expect(parts.log.measured.flatMap(({ JobUsd }) => JobUsd ?? [])).toEqual([0.5]);
});

test('a job that has not ended, or is not billed yet, gets none', async () => {
  const parts = await running();
  parts.jobs.bills.set('job-lake.1.1', billOf(0.5));
  await train(parts);
  expect(hasReceipt(parts)).toBe(false);
  parts.jobs.bills.clear();
  await finish(parts, 1);
  parts.jobs.endAll('SUCCESS');
  parts.lake.nowMs += HOUR_MS + BILL_WAIT_MS;
  await train(parts);
  expect(hasReceipt(parts)).toBe(false);
});

test.each([
  ['the service reported no bill', 'SUCCESS'],
  ['the service does not know the job', 'GONE'],
] as const)('a day after the deadline the receipt says that %s', async (why, state) => {
  const parts = await running();
  await finish(parts, 1);
  parts.jobs.endAll(state);
  parts.lake.nowMs += HOUR_MS + BILL_WAIT_MS + 1;
  await train(parts);
  expect(receiptOf(parts)).toMatchObject({
    job: { state, usage: null, unknownBecause: why },
    usd: { job: null, total: null },
    whole: { unknownAttempts: 1 },
  });
});

test('a failed attempt has a receipt of its own, and the run the sum', async () => {
  const parts = await running();
  parts.jobs.endAll('FAILED');
  parts.jobs.bills.set('job-lake.1.1', billOf(0.3));
  await train(parts);
  expect(receiptOf(parts)).toMatchObject({ succeeded: false, users: null, job: { state: 'FAILED' } });
  await finish(parts, 1, { attempt: 2 });
  parts.jobs.endAll('SUCCESS');
  parts.jobs.bills.set('job-lake.1.2', billOf(0.5));
  await train(parts);
  const [first, second] = [receiptOf(parts), receiptOf(parts, 1, 2)];
  expect(second).toMatchObject({ succeeded: true, usd: { job: 0.5 } });
  expect(second.whole.usd).toBeCloseTo((first.usd.total ?? 0) + (second.usd.total ?? 0), 9);
});

test('the receipts of a window are written in the order of its attempts, and those of other windows do not wait', async () => {
  const parts = await running();
  parts.jobs.endAll('FAILED');
  await train(parts);
  await finish(parts, 1, { attempt: 2 });
  parts.jobs.bills.set('job-lake.1.2', billOf(0.5));
  await cutWindow(parts.lake, 2);
  await train(parts);
  await finish(parts, 2);
  parts.jobs.bills.set('job-lake.2.1', billOf(0.5));
  parts.jobs.endAll('SUCCESS');
  await train(parts);
  expect([hasReceipt(parts, 1, 1), hasReceipt(parts, 1, 2), hasReceipt(parts, 2, 1)]).toEqual([
    false,
    false,
    true,
  ]);
  parts.jobs.bills.set('job-lake.1.1', billOf(0.3));
  await train(parts);
  expect(hasReceipt(parts, 1, 2)).toBe(true);
});

test('an attempt that was never started, and one that cannot be read, have receipts that say so', async () => {
  const parts = trainParts();
  parts.lake.nowMs = NOON;
  await cutWindow(parts.lake, 1);
  parts.jobs.start = async () => {
    throw new Error('ValidationException');
  };
  for (let round = 0; round < 6; round++) {
    await train(parts).catch(() => undefined);
    parts.lake.nowMs += 121 * 60_000;
  }
  expect(parts.lake.keys(failedKey(1))).toHaveLength(1);
  parts.lake.nowMs += BILL_WAIT_MS + HOUR_MS;
  await train(parts);
  expect(receiptOf(parts, 1, 3)).toMatchObject({
    job: { state: null, unknownBecause: 'the start of the job was not recorded' },
  });
  await cutWindow(parts.lake, 2);
  await parts.lake.create(attemptKey(2, 1), 'damaged', '');
  await train(parts).catch(() => undefined);
  await train(parts).catch(() => undefined);
  const { start } = trainParts().jobs;
  parts.jobs.start = start;
  await train(parts);
  expect(receiptOf(parts, 2, 1).job.unknownBecause).toBe('the attempt cannot be read');
});

test('the Lambdas are measured from the end of the measurement before, without a gap and to a minute ago', async () => {
  const parts = await running();
  await finish(parts, 1);
  parts.jobs.endAll('SUCCESS');
  parts.jobs.bills.set('job-lake.1.1', billOf(0.5));
  parts.lake.nowMs += 600_500;
  await train(parts);
  await cutWindow(parts.lake, 2);
  await train(parts);
  await finish(parts, 2);
  parts.jobs.bills.set('job-lake.2.1', billOf(0.5));
  parts.jobs.endAll('SUCCESS');
  parts.lake.nowMs += HOUR_MS;
  await train(parts);
  const first = NOON + 540_000;
  expect(parts.measured).toEqual([
    [NOON - 24 * HOUR_MS, first],
    [first, first + HOUR_MS],
  ]);
  expect(receiptOf(parts, 2).lambda).toMatchObject({ fromMs: first, untilMs: first + HOUR_MS });
});

test('if the Lambdas cannot be measured, the receipt is written without them, and the next one includes their time', async () => {
  const parts = await running();
  parts.used.fails = true;
  await finish(parts, 1);
  parts.jobs.endAll('SUCCESS');
  parts.jobs.bills.set('job-lake.1.1', billOf(0.5));
  await train(parts);
  expect(receiptOf(parts)).toMatchObject({ lambda: null, usd: { job: 0.5, lambda: {} } });
  parts.used.fails = false;
  await cutWindow(parts.lake, 2);
  await train(parts);
  await finish(parts, 2);
  parts.jobs.bills.set('job-lake.2.1', billOf(0.5));
  parts.jobs.endAll('SUCCESS');
  parts.lake.nowMs += HOUR_MS;
  await train(parts);
  expect(receiptOf(parts, 2).lambda).toMatchObject({
    fromMs: NOON - 24 * HOUR_MS,
    untilMs: NOON + HOUR_MS - 60_000,
  });
});

test('S3: written objects are counted, reads are estimated, and the batches belong to the first attempt', async () => {
  const parts = await running();
  parts.jobs.endAll('FAILED');
  parts.jobs.bills.set('job-lake.1.1', billOf(0.3));
  await train(parts);
  // Four objects of the attempt and two batches, each read twice.
  expect(receiptOf(parts).s3).toEqual({ puts: 6, gets: 4, bytesKept: 2000 });
  const { files } = sampleRun(1).manifest;
  await finish(parts, 1, { attempt: 2 });
  parts.jobs.endAll('SUCCESS');
  parts.jobs.bills.set('job-lake.1.2', billOf(0.5));
  await train(parts);
  // The files of the sample have a byte each; its manifest says that one batch was read.
  expect(receiptOf(parts, 1, 2).s3).toEqual({
    puts: 4 + files.length + 1,
    gets: 2,
    bytesKept: files.length,
  });
});

test('the pace is that of the newest sales, and counts a window that was given up', async () => {
  const parts = await running();
  await finish(parts, 1, { asOfMs: NOON });
  parts.jobs.endAll('SUCCESS');
  parts.jobs.bills.set('job-lake.1.1', billOf(0.5));
  await train(parts);
  expect(receiptOf(parts).whole.usdPerMonth).toBeNull();
  await cutWindow(parts.lake, 2);
  for (const attempt of [1, 2, 3]) {
    await train(parts);
    parts.jobs.endAll('FAILED');
    parts.jobs.bills.set(`job-lake.2.${attempt}`, billOf(0.1));
  }
  await train(parts);
  expect(parts.lake.keys(failedKey(2))).toHaveLength(1);
  await cutWindow(parts.lake, 3);
  await train(parts);
  await finish(parts, 3, { asOfMs: NOON + 73 * HOUR_MS });
  parts.jobs.endAll('SUCCESS');
  parts.jobs.bills.set('job-lake.3.1', billOf(0.5));
  await train(parts);
  const totals = [
    receiptOf(parts, 2, 1),
    receiptOf(parts, 2, 2),
    receiptOf(parts, 2, 3),
    receiptOf(parts, 3),
  ].map(({ usd }) => usd.total ?? 0);
  expect(receiptOf(parts, 3).whole.usdPerMonth).toBeCloseTo(10 * totals.reduce((a, b) => a + b), 5);
});

test('runs of one machine are marked', async () => {
  const parts = await running();
  await finish(parts, 1);
  const { get } = parts.jobs;
  parts.jobs.get = async (...args) => ({ ...(await get(...args)), isLocal: true, usage: billOf(0.001) });
  parts.jobs.endAll('SUCCESS');
  await train(parts);
  expect(receiptOf(parts).where).toBe('local');
});

test('a receipt that cannot be written fails the call, so that the message comes again, and no other receipt', async () => {
  const parts = await running();
  await cutWindow(parts.lake, 2);
  await train(parts);
  await finish(parts, 1);
  await finish(parts, 2);
  for (const window of [1, 2]) parts.jobs.bills.set(`job-lake.${window}.1`, billOf(0.5));
  parts.jobs.endAll('SUCCESS');
  const { create } = parts.lake;
  parts.lake.create = (key, ...rest) =>
    key === receiptKey(1, 1) ? Promise.reject(new Error('the store is away')) : create(key, ...rest);
  await expect(train(parts)).rejects.toThrow('Cannot write 1 receipts');
  expect(hasReceipt(parts, 2)).toBe(true);
  parts.lake.create = create;
  await train(parts);
  expect(hasReceipt(parts)).toBe(true);
});

test('a damaged window or manifest leaves the receipt without sales or users', async () => {
  const parts = trainParts();
  parts.lake.nowMs = NOON;
  await parts.lake.create(windowKey(1), '{"totalInteractions":5}', '');
  await train(parts);
  await parts.lake.create(manifestKey(1), 'damaged', '');
  parts.jobs.endAll('SUCCESS');
  parts.jobs.bills.set('job-lake.1.1', billOf(0.5));
  await train(parts);
  expect(receiptOf(parts)).toMatchObject({ sales: null, users: null, succeeded: false, usd: { job: 0.5 } });
});

import { expect, test } from 'vitest';
import {
  attemptKey,
  claimKey,
  claimsOf,
  failedKey,
  manifestKey,
  PREFIX,
  receiptKey,
  waitingKey,
  windowKey,
} from '../../../lambdas/shared/contract/keys.ts';
import { Claim, Waiting } from '../../../lambdas/shared/contract/receipt.ts';
import { Attempt } from '../../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { isInFlight } from '../../../lambdas/threshold/windows.ts';
import { planAttempt } from '../../../lambdas/train/plan.ts';
import { retry, train } from '../../../lambdas/train/train.ts';
import { memoryLake } from '../../lake.ts';
import { launch } from './launch.ts';
import { billOf, cutWindow, storeReceipt, type TrainParts, trainParts } from './parts.ts';

/** A run of 100,000 sales is forecast at $0.20, because the last one cost that. */
const FORECAST = 0.2;
const NOVEMBER = '2026-11';
const LAST_SECOND = Date.UTC(2026, 11, 1) - 1000;

/** A shop in November with one run, in October, and a ceiling. */
async function shop(ceiling: number | undefined): Promise<TrainParts> {
  const lake = memoryLake();
  lake.nowMs = Date.UTC(2026, 9, 20);
  await lake.create(windowKey(1), '{}', '');
  await lake.create(manifestKey(1), '{}', '');
  await storeReceipt(lake, { run: 1, usd: FORECAST });
  lake.nowMs = Date.UTC(2026, 10, 10);
  return trainParts(lake, ceiling);
}

const jobs = ({ jobs: cluster }: TrainParts): string[] => [...cluster.states.keys()];
const claims = ({ lake }: TrainParts, month = NOVEMBER): Claim[] =>
  lake.keys(claimsOf(month)).map((key) => Claim.parse(JSON.parse(lake.text(key))));

/** Finishes a run: its job ended, it has a manifest, and it is billed. */
async function finish({ lake }: TrainParts, window: number, usd: number | null): Promise<void> {
  await lake.create(manifestKey(window), '{}', '');
  await storeReceipt(lake, { run: window, usd });
}

test('without a ceiling an attempt starts, and claims its place with its forecast', async () => {
  const parts = await shop(undefined);
  await cutWindow(parts.lake, 2);
  await train(parts);
  expect(jobs(parts)).toEqual(['job-lake.2.1']);
  expect(claims(parts)).toEqual([
    {
      window: 2,
      attempt: 1,
      atMs: parts.lake.nowMs,
      forecastUsd: FORECAST,
      committedUsd: 0,
      ceilingUsd: null,
      overBudget: false,
    },
  ]);
  const attempt = Attempt.parse(JSON.parse(parts.lake.text(attemptKey(2, 1))));
  expect(attempt.budget).toEqual({ forecastUsd: FORECAST, overBudget: false });
  expect(parts.log.measured).not.toContainEqual(
    expect.objectContaining({ WindowsOverBudget: expect.anything() }),
  );
});

test('exactly at the ceiling an attempt starts; a millionth of a dollar above it waits', async () => {
  const fitting = await shop(FORECAST);
  await cutWindow(fitting.lake, 2);
  await train(fitting);
  expect(jobs(fitting)).toEqual(['job-lake.2.1']);
  const above = await shop(FORECAST - 0.000001);
  await cutWindow(above.lake, 2);
  await train(above);
  expect(jobs(above)).toEqual([]);
});

test('a window that waits has no attempt and no claim, but a note, a decision in the log and a measure, once', async () => {
  const parts = await shop(0.3);
  await cutWindow(parts.lake, 2);
  await train(parts);
  await finish(parts, 2, 0.15);
  await cutWindow(parts.lake, 3);
  await train(parts);
  await train(parts);
  expect(jobs(parts)).toEqual(['job-lake.2.1']);
  expect(parts.lake.keys(`${PREFIX.attempts}00000003/`)).toEqual([]);
  expect(claims(parts)).toHaveLength(1);
  const numbers = { month: NOVEMBER, committedUsd: 0.15, forecastUsd: 0.175, ceilingUsd: 0.3 };
  expect(Waiting.parse(JSON.parse(parts.lake.text(waitingKey(NOVEMBER, 3, 1))))).toEqual({
    window: 3,
    attempt: 1,
    atMs: parts.lake.nowMs,
    ...numbers,
  });
  const lines = parts.log.lines.filter(({ message }) => message.startsWith('Window 3 waits'));
  expect(lines).toMatchObject([
    { level: 'warn', window: 3, attempt: 1, ...numbers },
    { level: 'info', window: 3, attempt: 1, ...numbers },
  ]);
  expect(lines[0]?.message).toBe(
    'Window 3 waits for the next month: the attempts of 2026-11 cost $0.15, this one is expected to cost $0.18, and budget.monthlyTrainingUsd is $0.30; it starts by itself on 2026-12-01 (UTC)',
  );
  expect(parts.log.measured.flatMap(({ WindowsOverBudget }) => WindowsOverBudget ?? [])).toEqual([0, 1, 1]);
});

test('the next month starts a waiting window by itself, at the turn of the month in UTC', async () => {
  const parts = await shop(0.3);
  await cutWindow(parts.lake, 2);
  await train(parts);
  await finish(parts, 2, 0.2);
  await cutWindow(parts.lake, 3);
  parts.lake.nowMs = LAST_SECOND;
  await train(parts);
  expect(jobs(parts)).toEqual(['job-lake.2.1']);
  parts.lake.nowMs = LAST_SECOND + 1000;
  await train(parts);
  expect(jobs(parts)).toEqual(['job-lake.2.1', 'job-lake.3.1']);
  expect(claims(parts, '2026-12')).toMatchObject([{ window: 3, committedUsd: 0 }]);
  expect(parts.log.measured.at(-1)).toEqual({ WindowsOverBudget: 0 });
});

test('an attempt of the last second counts in its month, even if it ends and is billed in the next', async () => {
  const parts = await shop(0.3);
  parts.lake.nowMs = LAST_SECOND;
  await cutWindow(parts.lake, 2);
  await train(parts);
  parts.lake.nowMs += 3_600_000;
  await finish(parts, 2, 0.25);
  await cutWindow(parts.lake, 3);
  await train(parts);
  expect(claims(parts, '2026-12')).toMatchObject([{ window: 3, committedUsd: 0 }]);
});

test('a waiting window is in flight: it has neither a run nor failed', async () => {
  const parts = await shop(0.1);
  await cutWindow(parts.lake, 2);
  await train(parts);
  expect(await isInFlight(parts.lake, 2)).toBe(true);
  expect(parts.lake.keys(failedKey(2))).toEqual([]);
});

test('a first run without history is forecast by the measured time, and waits too if that does not fit', async () => {
  // 78.5 s of all workers
  const first = async (ceiling: number) => {
    const parts = trainParts(memoryLake(), ceiling);
    await cutWindow(parts.lake, 1);
    await train(parts);
    return jobs(parts);
  };
  expect(await first(0.020337)).toEqual(['job-lake.1.1']);
  expect(await first(0.020336)).toEqual([]);
});

test('of two windows that are due at once the first starts, and the second waits if both do not fit', async () => {
  const parts = await shop(0.39);
  await cutWindow(parts.lake, 2);
  await cutWindow(parts.lake, 3);
  await train(parts);
  expect(jobs(parts)).toEqual(['job-lake.2.1']);
  const enough = await shop(0.4);
  await cutWindow(enough.lake, 2);
  await cutWindow(enough.lake, 3);
  await train(enough);
  expect(jobs(enough)).toEqual(['job-lake.2.1', 'job-lake.3.1']);
});

test('two trains at once, and people who retry at the same moment, never start more than fits', async () => {
  const parts = await shop(0.4);
  for (const window of [2, 3, 4, 5]) await cutWindow(parts.lake, window);
  await Promise.all([
    train(parts),
    retry(parts, { window: 5 }),
    retry(parts, { window: 4 }),
    train(parts),
    retry(parts, { window: 3 }),
  ]);
  expect(jobs(parts)).toHaveLength(2);
  expect(claims(parts).map(({ committedUsd }) => committedUsd)).toEqual([0, FORECAST]);
  expect(parts.lake.keys(PREFIX.attempts).filter((key) => !key.endsWith('.started.json'))).toHaveLength(2);
});

test('an attempt that is not billed yet counts by its forecast, and after its bill by that', async () => {
  const parts = await shop(0.5);
  await cutWindow(parts.lake, 2);
  await train(parts);
  await parts.lake.create(manifestKey(2), '{}', '');
  await cutWindow(parts.lake, 3);
  await train(parts);
  expect(claims(parts).at(-1)).toMatchObject({ window: 3, committedUsd: FORECAST });
  await storeReceipt(parts.lake, { run: 2, usd: 0.05 });
  await parts.lake.create(manifestKey(3), '{}', '');
  await cutWindow(parts.lake, 4);
  await train(parts);
  // 0.05 by the bill of run 2, 0.20 by the forecast of run 3.
  expect(claims(parts).at(-1)).toMatchObject({ window: 4, committedUsd: 0.25 });
});

test('failed attempts count, and the next attempt waits if it does not fit, without reporting another failure', async () => {
  const parts = await shop(0.5);
  await cutWindow(parts.lake, 2);
  await train(parts);
  for (const attempt of [1, 2]) {
    parts.jobs.bills.set(`job-lake.2.${attempt}`, billOf(0.2));
    parts.jobs.endAll('FAILED');
    await train(parts);
  }
  await train(parts);
  expect(jobs(parts)).toEqual(['job-lake.2.1', 'job-lake.2.2']);
  expect(parts.lake.keys(waitingKey(NOVEMBER, 2, 3))).toHaveLength(1);
  expect(parts.lake.keys(failedKey(2))).toEqual([]);
  const failures = parts.log.measured.flatMap(({ AttemptsFailed }) => AttemptsFailed ?? []);
  expect(failures).toEqual([1]);
  parts.lake.nowMs = Date.UTC(2026, 11, 1);
  await train(parts);
  expect(jobs(parts)).toEqual(['job-lake.2.1', 'job-lake.2.2', 'job-lake.2.3']);
});

test('a person can start a waiting window over the budget, once for each attempt; it is recorded and counts', async () => {
  const parts = await shop(0.1);
  await cutWindow(parts.lake, 2);
  await train(parts);
  expect(await retry(parts, { window: 2 })).toEqual({
    done: false,
    message: expect.stringMatching(
      /^Cannot retry window 2: the attempts of 2026-11 cost \$0\.00, .*--over-budget$/,
    ),
  });
  const overBudget = () => retry(parts, { window: 2, overBudget: true });
  expect(await overBudget()).toEqual({
    done: true,
    message: 'Started attempt 1 of window 2, over the budget of this month',
  });
  expect(await overBudget()).toEqual({
    done: false,
    message: 'Cannot retry window 2: attempt 1 is RUNNING',
  });
  expect(JSON.parse(parts.lake.text(attemptKey(2, 1))).budget).toEqual({
    forecastUsd: FORECAST,
    overBudget: true,
  });
  parts.jobs.bills.set('job-lake.2.1', billOf(0.2));
  parts.jobs.endAll('FAILED');
  await train(parts);
  // The next attempt is another decision.
  expect(jobs(parts)).toEqual(['job-lake.2.1']);
  expect(JSON.parse(parts.lake.text(receiptKey(2, 1)))).toMatchObject({
    overBudget: true,
    forecastUsd: FORECAST,
  });
  expect(await overBudget()).toMatchObject({ done: true });
  expect(claims(parts)).toMatchObject([
    { attempt: 1, committedUsd: 0, overBudget: true },
    { attempt: 2, committedUsd: 0.2, overBudget: true },
  ]);
});

test('two people who start the same window over the budget at once start one job', async () => {
  const parts = await shop(0.1);
  await cutWindow(parts.lake, 2);
  await Promise.all([1, 2, 3].map(() => retry(parts, { window: 2, overBudget: true })));
  expect(jobs(parts)).toEqual(['job-lake.2.1']);
  expect(claims(parts)).toHaveLength(1);
});

test('a retry that fits is not over the budget, whatever the person allows', async () => {
  const parts = await shop(10);
  await cutWindow(parts.lake, 2);
  expect(await retry(parts, { window: 2, overBudget: true })).toEqual({
    done: true,
    message: 'Started attempt 1 of window 2',
  });
  expect(claims(parts)).toMatchObject([{ overBudget: false }]);
});

test('a crash between the claim and the attempt claims nothing twice', async () => {
  const parts = await shop(FORECAST);
  await cutWindow(parts.lake, 2);
  const { create } = parts.lake;
  parts.lake.create = (key, ...rest) =>
    key === attemptKey(2, 1) ? Promise.reject(new Error('the store is away')) : create(key, ...rest);
  await expect(train(parts)).rejects.toThrow('Cannot advance 1 windows');
  parts.lake.create = create;
  await train(parts);
  expect(jobs(parts)).toEqual(['job-lake.2.1']);
  expect(claims(parts)).toHaveLength(1);
});

test('a damaged or missing receipt, and an unknown bill, count by the forecast', async () => {
  for (const spoil of [
    (parts: TrainParts) => parts.lake.create(receiptKey(2, 1), 'damaged', ''),
    async () => undefined,
    (parts: TrainParts) => storeReceipt(parts.lake, { run: 2, usd: null }),
  ]) {
    const parts = await shop(0.39);
    await cutWindow(parts.lake, 2);
    await train(parts);
    await parts.lake.create(manifestKey(2), '{}', '');
    await spoil(parts);
    await cutWindow(parts.lake, 3);
    await train(parts);
    expect(jobs(parts)).toEqual(['job-lake.2.1']);
    expect(JSON.parse(parts.lake.text(waitingKey(NOVEMBER, 3, 1)))).toMatchObject({ committedUsd: FORECAST });
  }
});

test('a damaged claim counts as the most that a job can cost', async () => {
  const parts = await shop(1);
  await parts.lake.create(claimKey(NOVEMBER, 1), 'damaged', '');
  await cutWindow(parts.lake, 2);
  await train(parts);
  // 0.932672 + 0.2
  expect(jobs(parts)).toEqual([]);
  expect(JSON.parse(parts.lake.text(waitingKey(NOVEMBER, 2, 1)))).toMatchObject({ committedUsd: 0.932672 });
});

test('attempts of this month that an earlier version started count too, by their bill or like the one that is due', async () => {
  const parts = await shop(0.59);
  const earlier = (window: number, nowMs: number) =>
    parts.lake.create(
      attemptKey(window, 1),
      toJson(planAttempt({ window, attempt: 1, bucket: 'lake', nowMs }, launch)),
      '',
    );
  for (const [window, nowMs] of [
    [2, parts.lake.nowMs],
    [3, parts.lake.nowMs],
    [4, Date.UTC(2026, 9, 31, 23, 59)],
  ] as const) {
    await cutWindow(parts.lake, window);
    await earlier(window, nowMs);
    await parts.lake.create(manifestKey(window), '{}', '');
  }
  await storeReceipt(parts.lake, { run: 2, usd: 0.2 });
  await cutWindow(parts.lake, 5);
  await train(parts);
  expect(JSON.parse(parts.lake.text(waitingKey(NOVEMBER, 5, 1)))).toMatchObject({ committedUsd: 0.4 });
});

test('a window that cannot be read is forecast at the most that a job can cost', async () => {
  const parts = await shop(0.9);
  await parts.lake.create(windowKey(2), 'damaged', '');
  await train(parts);
  expect(jobs(parts)).toEqual([]);
});

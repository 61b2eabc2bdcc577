import { expect, test } from 'vitest';
import {
  attemptKey,
  claimKey,
  failedKey,
  manifestKey,
  receiptKey,
  waitingKey,
} from '../../../../lambdas/shared/contract/keys.ts';
import type { Waiting } from '../../../../lambdas/shared/contract/receipt.ts';
import { toJson } from '../../../../lambdas/shared/platform/lake.ts';
import { readRunCosts, readWaiting } from '../../../../lambdas/shared/platform/run-costs.ts';
import { type MemoryLake, memoryLake } from '../../../lake.ts';
import { sampleReceipt } from '../../cost-samples.ts';

async function lakeWith(...receipts: readonly (readonly [number, number])[]): Promise<MemoryLake> {
  const lake = memoryLake();
  for (const [run, attempt] of receipts)
    await lake.create(receiptKey(run, attempt), toJson(sampleReceipt({ run, attempt })), '');
  await lake.create(claimKey('2026-11', 1), '{}', '');
  return lake;
}

test('receipts are grouped by run, oldest first; claims and notes are left out', async () => {
  const lake = await lakeWith([1, 1], [3, 1], [3, 2]);
  const costs = await readRunCosts(lake);
  expect(costs.map(({ run, receipts }) => [run, receipts.map(({ attempt }) => attempt)])).toEqual([
    [1, [1]],
    [3, [1, 2]],
  ]);
});

test('the newest runs before a run are read, and no more than asked for', async () => {
  const lake = await lakeWith([1, 1], [2, 1], [3, 1], [4, 1]);
  const costs = await readRunCosts(lake, { before: 4, most: 2 });
  expect(costs.map(({ run }) => run)).toEqual([2, 3]);
  expect(await readRunCosts(memoryLake())).toEqual([]);
});

test('a receipt that cannot be read is counted, and does not hide the others', async () => {
  const lake = await lakeWith([1, 1]);
  await lake.create(receiptKey(1, 2), 'damaged', '');
  expect(await readRunCosts(lake)).toMatchObject([{ run: 1, receipts: [{ attempt: 1 }], unreadable: 1 }]);
});

const note = (window: number, attempt: number, month = '2026-11'): Waiting => ({
  window,
  attempt,
  month,
  atMs: 0,
  forecastUsd: 0.2,
  committedUsd: 9.9,
  ceilingUsd: 10,
});

async function waiting(...notes: readonly Waiting[]): Promise<MemoryLake> {
  const lake = memoryLake();
  for (const each of notes)
    await lake.create(waitingKey(each.month, each.window, each.attempt), toJson(each), '');
  return lake;
}

test('a window waits until the attempt that was due exists, or the window has a run or failed', async () => {
  for (const key of [attemptKey(7, 2), manifestKey(7), failedKey(7)]) {
    const lake = await waiting(note(7, 2));
    await lake.create(attemptKey(7, 1), '{}', '');
    expect(await readWaiting(lake)).toEqual([note(7, 2)]);
    await lake.create(key, '{}', '');
    expect(await readWaiting(lake)).toEqual([]);
  }
});

test('of a window that waits longer the newest month is shown; windows are in order', async () => {
  const lake = await waiting(note(8, 1, '2026-12'), note(7, 1), note(7, 1, '2026-12'));
  expect(await readWaiting(lake)).toEqual([note(7, 1, '2026-12'), note(8, 1, '2026-12')]);
  await lake.create(waitingKey('2027-01', 9, 1), 'damaged', '');
  expect(await readWaiting(lake)).toHaveLength(2);
});

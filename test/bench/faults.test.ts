import { expect, test } from 'vitest';
import { runSchedule, type ScheduleResult } from '../../bench/faults/schedule.ts';
import { describeFaults } from '../../bench/faults.ts';

const SCHEDULES = 20;
/** Long enough for several windows. */
const HOURS = 1;

test('faults between any two requests lose and repeat nothing, and sweeps bring all work home', async () => {
  const results: ScheduleResult[] = [];
  for (let seed = 1; seed <= SCHEDULES; seed++) results.push(await runSchedule(seed, HOURS));
  expect(
    results.flatMap(({ seed, problems }) => problems.map((problem) => `seed ${seed}: ${problem}`)),
  ).toEqual([]);
  for (const { sales, windows, runs } of results) {
    expect(sales).toBeGreaterThan(100);
    expect(windows).toBeGreaterThan(1);
    expect(runs).toBeGreaterThan(0);
  }
  expect(results.some(({ reads }) => reads > 10)).toBe(true);
  // The adversary reached the writes of every stage.
  const reached = describeFaults(results).join('\n');
  for (const write of [
    'accumulate write interactions/',
    'threshold write windows/',
    'train write attempts/',
    'train write attempts/….started.json',
    'train start job',
    'job write runs/',
    'job write manifests/',
    'publish write publications/',
    'publish write current.json',
    'publish write charts/index.html',
    'render write charts/',
  ])
    expect(reached).toContain(write);
});

test('the same seed makes the same faults, another seed makes others', async () => {
  const faultsOf = async (seed: number) => [...(await runSchedule(seed, HOURS)).faults];
  const first = await faultsOf(1);
  expect(await faultsOf(1)).toEqual(first);
  expect(await faultsOf(2)).not.toEqual(first);
});

import { expect, test } from 'vitest';
import { createPatientRecent, RECENT_LIMIT_MS } from '../../../lambdas/serve/patient-recent.ts';
import type { RecentSale } from '../../../lambdas/shared/platform/recent.ts';
import { recordingLog } from '../log.ts';

const SALE: RecentSale = { product: 'lamp', quantity: 1, atMs: 0, type: 'purchase' };

/** A store that answers as the test says, and a time that ends when the test says so. */
function setUp(ofUser: (signal?: AbortSignal) => Promise<readonly RecentSale[]>) {
  const clock = { nowMs: 0 };
  const log = recordingLog();
  const limits: { ms: number; end: AbortController }[] = [];
  let calls = 0;
  const recent = createPatientRecent({
    recent: {
      ofUser: (_, signal) => {
        calls += 1;
        return ofUser(signal);
      },
    },
    log,
    nowMs: () => clock.nowMs,
    timeout: (ms) => {
      const end = new AbortController();
      limits.push({ ms, end });
      return end.signal;
    },
  });
  return { recent, clock, log, limits, calls: () => calls };
}

test('a store that is slow is not waited for longer than the limit, also if it ignores the signal', async () => {
  const { recent, log, limits } = setUp(() => new Promise(() => {}));
  const waiting = recent.ofUser('ann');
  expect(limits.map(({ ms }) => ms)).toEqual([RECENT_LIMIT_MS]);
  limits[0]?.end.abort(new Error('too late'));
  expect(await waiting).toBeUndefined();
  expect(log.measured).toEqual([{ AnswersWithoutRecent: 1 }]);
  expect(JSON.stringify(log.lines)).not.toContain('ann');
});

test('the store is told to stop', async () => {
  const seen: (AbortSignal | undefined)[] = [];
  const { recent, limits } = setUp(async (signal) => {
    seen.push(signal);
    return [SALE];
  });
  expect(await recent.ofUser('ann')).toEqual([SALE]);
  expect(seen[0]).toBe(limits[0]?.end.signal);
});

test('after three failures one after another the store rests, and one success ends the count', async () => {
  let isAway = true;
  const { recent, clock, log, calls } = setUp(async () => {
    if (isAway) throw new Error('no connection');
    return [];
  });
  await recent.ofUser('ann');
  await recent.ofUser('ann');
  isAway = false;
  expect(await recent.ofUser('ann')).toEqual([]);
  isAway = true;
  for (let request = 0; request < 5; request++) expect(await recent.ofUser('ann')).toBeUndefined();
  expect(calls()).toBe(6);
  clock.nowMs += 5_000;
  isAway = false;
  expect(await recent.ofUser('ann')).toEqual([]);
  expect(log.measured).toHaveLength(7);
});

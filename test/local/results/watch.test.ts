import { expect, test } from 'vitest';
import {
  CURRENT_KEY,
  chartsFailedKey,
  chartsOf,
  failedKey,
  manifestKey,
  startedKey,
  waitingKey,
  windowKey,
} from '../../../lambdas/shared/contract/keys.ts';
import { Watch } from '../../../local/results/watch.ts';
import { memoryLake } from '../../lake.ts';

async function watched(...keys: readonly string[]) {
  const lake = memoryLake();
  await lake.create(
    CURRENT_KEY,
    JSON.stringify({ publication: 1, run: 1, previous: null, decidedThrough: 1 }),
    'application/json',
  );
  for (const key of [windowKey(1), ...keys]) await lake.create(key, '{}', 'application/json');
  const seen: string[] = [];
  const watch = new Watch(lake, (window, milestone) => seen.push(`${window} ${milestone}`));
  await watch.refresh();
  return { lake, watch, seen };
}

test('a window is settled when it is decided and rendered', async () => {
  const { lake, watch, seen } = await watched(manifestKey(1));
  expect(watch.isSettled).toBe(false);
  await lake.create(`${chartsOf(1)}index.html`, '', 'text/html');
  await watch.refresh();
  expect(watch.isSettled).toBe(true);
  expect(watch.windowsWithoutCharts).toEqual([]);
  expect(seen).toEqual(['1 cut', '1 trained', '1 decided', '1 rendered']);
});

test('a window whose charts were given up is settled, too, and is listed as without charts until they are drawn', async () => {
  const { lake, watch, seen } = await watched(manifestKey(1), chartsFailedKey(1));
  expect(watch.isSettled).toBe(true);
  expect(watch.windowsWithoutCharts).toEqual([1]);
  expect(seen).toContain('1 renderFailed');
  await lake.create(`${chartsOf(1)}index.html`, '', 'text/html');
  await watch.refresh();
  expect(watch.windowsWithoutCharts).toEqual([]);
});

test('a window whose attempts all failed is settled, and no longer open', async () => {
  const { watch } = await watched(failedKey(1));
  expect(watch.isSettled).toBe(true);
  expect(watch.openWindows).toBe(0);
});

test('a window that waits for the next month is settled and not open, until the attempt that was due has started', async () => {
  const { lake, watch, seen } = await watched(startedKey(1, 1), waitingKey('2026-11', 1, 2));
  expect(watch.waitingWindows).toEqual([1]);
  expect(watch.isSettled).toBe(true);
  expect(watch.openWindows).toBe(0);
  expect(seen).toContain('1 waiting');
  await lake.create(startedKey(1, 2), '{}', 'application/json');
  await watch.refresh();
  expect(watch.waitingWindows).toEqual([]);
  expect(watch.isSettled).toBe(false);
  expect(watch.openWindows).toBe(1);
});

test('milestones from before the watch began are not reported', async () => {
  const lake = memoryLake();
  await lake.create(windowKey(1), '{}', 'application/json');
  const seen: string[] = [];
  const watch = new Watch(lake, (window, milestone) => seen.push(`${window} ${milestone}`));
  await watch.skipExisting();
  await lake.create(windowKey(2), '{}', 'application/json');
  await watch.refresh();
  expect(seen).toEqual(['2 cut']);
  expect(watch.sightings.get(1)?.get('cut')).toBeNaN();
});

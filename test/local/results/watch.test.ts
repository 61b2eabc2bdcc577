import { expect, test } from 'vitest';
import {
  CURRENT_KEY,
  chartsFailedKey,
  chartsOf,
  failedKey,
  manifestKey,
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
  const told: string[] = [];
  const watch = new Watch(lake, (window, milestone) => told.push(`${window} ${milestone}`));
  await watch.look();
  return { lake, watch, told };
}

test('a window is settled when it is published and rendered', async () => {
  const { lake, watch, told } = await watched(manifestKey(1));
  expect(watch.isSettled).toBe(false);
  await lake.create(`${chartsOf(1)}index.html`, '', 'text/html');
  await watch.look();
  expect(watch.isSettled).toBe(true);
  expect(watch.undrawn).toEqual([]);
  expect(told).toEqual(['1 cut', '1 trained', '1 published', '1 rendered']);
});

test('a window whose charts were given up is settled too, and counts as undrawn until they are drawn', async () => {
  const { lake, watch, told } = await watched(manifestKey(1), chartsFailedKey(1));
  expect(watch.isSettled).toBe(true);
  expect(watch.undrawn).toEqual([1]);
  expect(told).toContain('1 undrawn');
  await lake.create(`${chartsOf(1)}index.html`, '', 'text/html');
  await watch.look();
  expect(watch.undrawn).toEqual([]);
});

test('a window whose attempts are used up is settled, and nothing is waited for any more', async () => {
  const { watch } = await watched(failedKey(1));
  expect(watch.isSettled).toBe(true);
  expect(watch.openWindows).toBe(0);
});

test('what is there when the watch begins is not told', async () => {
  const lake = memoryLake();
  await lake.create(windowKey(1), '{}', 'application/json');
  const told: string[] = [];
  const watch = new Watch(lake, (window, milestone) => told.push(`${window} ${milestone}`));
  await watch.skipPast();
  await lake.create(windowKey(2), '{}', 'application/json');
  await watch.look();
  expect(told).toEqual(['2 cut']);
  expect(watch.sightings.get(1)?.get('cut')).toBeNaN();
});

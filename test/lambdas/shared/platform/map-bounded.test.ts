import { expect, test } from 'vitest';
import { mapBounded } from '../../../../lambdas/shared/platform/map-bounded.ts';

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the results are in the order of the items, whichever ends first', async () => {
  const twice = async (value: number): Promise<number> => {
    for (let left = 4 - value; left > 0; left--) await tick();
    return 2 * value;
  };
  expect(await mapBounded([1, 2, 3], 2, twice)).toEqual([2, 4, 6]);
  expect(await mapBounded([], 2, twice)).toEqual([]);
});

test('no more items than the limit are processed at the same time', async () => {
  let [now, most] = [0, 0];
  await mapBounded([...Array(20).keys()], 3, async () => {
    most = Math.max(most, ++now);
    await tick();
    now--;
  });
  expect(most).toBe(3);
});

test('the first failure is thrown, and no further item is started', async () => {
  const begun: number[] = [];
  const failing = mapBounded([1, 2, 3, 4], 2, async (value) => {
    begun.push(value);
    await tick();
    throw new Error(`no ${value}`);
  });
  await expect(failing).rejects.toThrow('no 1');
  await tick();
  expect(begun).toEqual([1, 2]);
});

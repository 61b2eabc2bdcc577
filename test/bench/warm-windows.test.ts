import { expect, test } from 'vitest';
import {
  type ComparedWindow,
  compareQuality,
  describeQuality,
  describeWindow,
  reusing,
  splitAt,
  timeRatio,
} from '../../bench/warm-windows.ts';

/** In even windows, the second series uses what run 1 learned, loses 0.02 of `any`, and takes half the CPU time. */
const compared = (window: number, found: number | null = 0.03): ComparedWindow => {
  const reuses = window % 2 === 0;
  return {
    window,
    always: {
      job: { seconds: 60, cpuSeconds: 40, load: 2 },
      learnedBy: window,
      ndcg: { any: 0.3, new: found },
    },
    seldom: {
      job: { seconds: 45, cpuSeconds: reuses ? 20 : 40, load: 3 },
      learnedBy: reuses ? 1 : window,
      ndcg: { any: reuses ? 0.28 : 0.3, new: found },
    },
  };
};
const windows = [2, 3, 4, 5].map((window) => compared(window));

test('rows are split at moments; a row at a moment belongs to what follows it, and the rest is left out', () => {
  const rows = [5, 10, 19, 20, 30].map((atMs) => ({ atMs }));
  expect(splitAt(rows, [10, 20, 30]).map((part) => part.map(({ atMs }) => atMs))).toEqual([
    [5],
    [10, 19],
    [20],
  ]);
});

test('windows in which an earlier ranker was used are those whose run did not learn', () => {
  expect(reusing(windows).map(({ window }) => window)).toEqual([2, 4]);
});

test('the difference is seldom minus always, paired by window, with an interval that contains it', () => {
  const quality = compareQuality(windows, 'any');
  expect(quality?.always).toBeCloseTo(0.3, 9);
  expect(quality?.seldom).toBeCloseTo(0.29, 9);
  expect(quality?.difference).toMatchObject({ n: 4 });
  expect(quality?.difference.value).toBeCloseTo(-0.01, 9);
  expect(quality?.difference.low).toBeCloseTo(-0.02, 9);
  expect(quality?.difference.high).toBeCloseTo(0, 9);
});

test('windows without users to measure by are left out; without any there is no comparison', () => {
  expect(compareQuality([compared(2, null), compared(3)], 'new')?.difference.n).toBe(1);
  expect(compareQuality([compared(2, null)], 'new')).toBeNull();
  expect(describeQuality([], 'any')).toBe('no window');
});

test('the ratio of times is that of the sums', () => {
  expect(timeRatio(windows, 'cpuSeconds')).toBeCloseTo(0.75, 9);
  expect(timeRatio(windows, 'seconds')).toBeCloseTo(0.75, 9);
  expect(timeRatio(reusing(windows), 'cpuSeconds')).toBeCloseTo(0.5, 9);
});

test('a window and a comparison are reported in one line each', () => {
  expect(describeWindow(compared(2, null))).toBe(
    'window 2: learned by 2, any 0.3000, new –, 40.0 s of CPU, 60.0 s, load 2.0; learned by 1, any 0.2800, new –, 20.0 s of CPU, 45.0 s, load 3.0',
  );
  expect(describeQuality(reusing(windows), 'any')).toBe(
    '0.3000 and 0.2800, difference -0.0200 (-0.0200 to -0.0200), 2 windows',
  );
});

import { expect, test } from 'vitest';
import { secondsOfRun } from '../../../lambdas/shared/contract/run-seconds.ts';
import { planRuns, type Workload } from '../../../local/cost/workload.ts';

/** 1,000 sales a month of 2,628,000 s: one in 2,628 s. The longest wait and the growth have no effect. */
const shop: Workload = {
  salesPerMonth: 1000,
  month: 1,
  recordBytes: 300,
  threshold: 300,
  growth: 0,
  maxWaitSeconds: 1e9,
};
const trained = (workload: Partial<Workload>) =>
  planRuns({ ...shop, ...workload }).map(({ trainedOn }) => Math.round(trainedOn));

test('the threshold alone: a run for every 300 of 1,000 sales', () => {
  expect(planRuns(shop)).toMatchObject([{ month: 1 }, { month: 1 }, { month: 1 }]);
  expect(trained({})).toEqual([300, 600, 900]);
});

test('growth 1 doubles the sales of each run: 100, 200, 400, 800', () => {
  expect(trained({ threshold: 100, growth: 1 })).toEqual([100, 200, 400, 800]);
});

test('a sale that has waited ten days cuts a window: 2,628 s until the sale and 864,000 s of waiting, three times a month', () => {
  expect(trained({ threshold: 1e9, maxWaitSeconds: 864_000 })).toEqual([330, 660, 989]);
});

test('windows are not cut while a run is in flight, however many sales there are', () => {
  const busiest = planRuns({ ...shop, salesPerMonth: 1e9, threshold: 1, month: 1 });
  const [first, second] = busiest;
  const secondsBetween = (((second?.trainedOn ?? 0) - (first?.trainedOn ?? 0)) / 1e9) * 2_628_000;
  expect(secondsBetween).toBeCloseTo(secondsOfRun(first?.trainedOn ?? 0), 3);
});

test('later months train on all earlier sales, and by default there is about one run a day', () => {
  const runs = planRuns({
    ...shop,
    salesPerMonth: 1e6,
    month: 12,
    threshold: 10_000,
    growth: 0.2,
    maxWaitSeconds: 86_400,
  });
  const last = runs.filter(({ month }) => month === 12);
  expect(last).toHaveLength(30);
  expect(Math.min(...last.map(({ trainedOn }) => trainedOn))).toBeGreaterThan(11e6);
});

test('a given number of runs is spread evenly', () => {
  expect(planRuns({ ...shop, month: 2, runsPerMonth: 2 })).toEqual([
    { month: 1, trainedOn: 500 },
    { month: 1, trainedOn: 1000 },
    { month: 2, trainedOn: 1500 },
    { month: 2, trainedOn: 2000 },
  ]);
});

test('without sales there are no runs', () => {
  expect(planRuns({ ...shop, salesPerMonth: 0 })).toEqual([]);
  expect(planRuns({ ...shop, salesPerMonth: 0, runsPerMonth: 5 })).toEqual([]);
});

test.each([
  [{ salesPerMonth: -1 }, 'salesPerMonth is -1'],
  [{ salesPerMonth: Number.NaN }, 'salesPerMonth is NaN'],
  [{ month: 0 }, 'month is 0, should be 1 to 120'],
  [{ month: 1.5 }, 'month is 1.5'],
  [{ recordBytes: 0 }, 'recordBytes is 0'],
  [{ threshold: 0 }, 'threshold is 0'],
  [{ growth: -1 }, 'growth is -1'],
  [{ maxWaitSeconds: 0 }, 'maxWaitSeconds is 0'],
])('%j is an error that names the number', (workload, message) => {
  expect(() => planRuns({ ...shop, ...workload })).toThrow(`Cannot plan runs: ${message}`);
});

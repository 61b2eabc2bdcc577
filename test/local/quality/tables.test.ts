import { expect, test } from 'vitest';
import { Metrics } from '../../../lambdas/shared/contract/quality.ts';
import { OUTSIDE_SCORERS, Outside } from '../../../local/quality/outside.ts';
import { agreement, chosenLines, scorersTable, yardstickTable } from '../../../local/quality/tables.ts';

const metric = (value: number) => ({ value, n: 4, low: value - 0.125, high: value + 0.125 });
const ranking = (value: number) => ({
  'ndcg@10': metric(value),
  'recall@10': metric(0.25),
  'map@10': metric(0.25),
  'hitRate@10': metric(0.5),
  'novelty@10': metric(3.5),
  'coverage@10': 0.75,
});
const metrics = Metrics.parse({
  run: 1,
  holdout: { kind: 'moment', share: 0.1, fromMs: 1, interactions: 9, users: 4, unknownPairs: 0 },
  any: { model: ranking(0.5), personalFrequency: ranking(0.375), popularity: ranking(0.125) },
  new: { model: ranking(0.25), popularity: ranking(0.125) },
  rmsePreference: null,
});
const PROJECT = {
  A: { metrics, seconds: {} },
  B: { metrics: { ...metrics, new: null }, seconds: {} },
};
const scorers = {
  ...Object.fromEntries(
    Object.keys(OUTSIDE_SCORERS).map((name) => [name, { any: metric(0.125), new: metric(0.125) }]),
  ),
  implicitAls: {
    any: metric(0.25),
    new: metric(0.125),
    chosen: { any: { factors: 64, half_life_days: null } },
  },
  personalFrequency: { any: metric(0.375), new: null },
};
const OUTSIDE = Outside.parse({
  versions: { numpy: '1' },
  seconds: 1,
  protocols: { A: { counts: { users: 4 }, scorers }, B: { counts: { users: 4 }, scorers } },
});

test('one table has the outside models and the project, with a column for each protocol and list', () => {
  expect(yardstickTable(PROJECT, OUTSIDE)).toMatchInlineSnapshot(`
    "| NDCG@10 | A any | A new | B any | B new |
    |---|---|---|---|---|
    | random | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) |
    | explicit ALS on quantity | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) |
    | popularity | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) |
    | recent popularity | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) |
    | ItemKNN | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) |
    | EASE | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) | 0.1250 (0.0000–0.2500) |
    | \`implicit\`'s ALS | 0.2500 (0.1250–0.3750) | 0.1250 (0.0000–0.2500) | 0.2500 (0.1250–0.3750) | 0.1250 (0.0000–0.2500) |
    | personal frequency | 0.3750 (0.2500–0.5000) | – | 0.3750 (0.2500–0.5000) | – |
    | **Cartograph** | 0.5000 (0.3750–0.6250) | 0.2500 (0.1250–0.3750) | 0.5000 (0.3750–0.6250) | – |
    | users | 4 | 4 | 4 | – |"
  `);
});

test('without the outside models the project is the only row', () => {
  expect(yardstickTable(PROJECT, undefined)).toMatchInlineSnapshot(`
    "| NDCG@10 | A any | A new | B any | B new |
    |---|---|---|---|---|
    | **Cartograph** | 0.5000 (0.3750–0.6250) | 0.2500 (0.1250–0.3750) | 0.5000 (0.3750–0.6250) | – |
    | users | 4 | 4 | 4 | – |"
  `);
});

test('the measurements of popularity by both sides are on one line', () => {
  expect(agreement(PROJECT, OUTSIDE)).toEqual([
    'A any: popularity 0.1250 by the job, 0.1250 outside; users 4 and 4',
    'A new: popularity 0.1250 by the job, 0.1250 outside; users 4 and 4',
    'B any: popularity 0.1250 by the job, 0.1250 outside; users 4 and 4',
    'B new: popularity – by the job, 0.1250 outside; users – and 4',
  ]);
});

test('every metric of the job is listed, and a list without measured users has no row', () => {
  expect(scorersTable(PROJECT.B)).toMatchInlineSnapshot(`
    "| list | scorer | NDCG@10 | recall@10 | MAP@10 | hit rate@10 | novelty@10, bits | coverage@10 | users |
    |---|---|---|---|---|---|---|---|---|
    | any | Cartograph | 0.5000 (0.3750–0.6250) | 0.2500 (0.1250–0.3750) | 0.2500 (0.1250–0.3750) | 0.5000 (0.3750–0.6250) | 3.50 | 0.750 | 4 |
    | any | personal frequency | 0.3750 (0.2500–0.5000) | 0.2500 (0.1250–0.3750) | 0.2500 (0.1250–0.3750) | 0.5000 (0.3750–0.6250) | 3.50 | 0.750 | 4 |
    | any | popularity | 0.1250 (0.0000–0.2500) | 0.2500 (0.1250–0.3750) | 0.2500 (0.1250–0.3750) | 0.5000 (0.3750–0.6250) | 3.50 | 0.750 | 4 |"
  `);
});

test('the chosen parameters are written in words', () => {
  expect(chosenLines(OUTSIDE)).toEqual([
    'A: train before 2011-11-09, test on the month after it',
    "  `implicit`'s ALS, any: factors 64, half life days none",
    'B: the last basket of each user with at least three',
    "  `implicit`'s ALS, any: factors 64, half life days none",
  ]);
});

import { describe, expect, test } from 'vitest';
import type { RunData } from '../../../../lambdas/render/charts/chart.ts';
import { CHARTS } from '../../../../lambdas/render/charts/registry.ts';
import { toSvg } from '../../../../lambdas/render/draw.ts';
import type { RankingMetrics } from '../../../../lambdas/shared/contract/quality.ts';
import { runDataOf, sampleRun } from '../../samples.ts';
import { titleOf } from './title.ts';

/** Titles state findings, and no more than the numbers support. */

const run = runDataOf(sampleRun(1));

describe('texts that count Top picks alone say so', () => {
  test.each(['top-products', 'lorenz'] as const)('%s', (name) => {
    expect(CHARTS[name].describe(run)).toMatch(/Top picks/);
  });

  test('with more than ten products, the title has the share of the ten most recommended', async () => {
    expect(await titleOf('lorenz', { ...run, facts: { ...run.facts, products: 11 } })).toBe(
      'The ten most recommended products fill 100 % of all Top picks; 1 of 11 products fills half',
    );
  });

  test('products without a list are those that are in neither list', () => {
    const { exposure } = run.facts;
    const described = (neverRecommended: number): string =>
      CHARTS.lorenz.describe({
        ...run,
        facts: { ...run.facts, exposure: { ...exposure, neverRecommended } },
      });
    expect(described(1)).toMatch(/1 product with a buyer is in neither list\.$/);
    expect(described(0)).toMatch(/Every product with a buyer is in one of the lists\.$/);
  });
});

describe('quality', () => {
  const metric = (value: number, low = value, high = value) => ({ value, n: 42, low, high });
  const titled = (model: number, popularity: number, overBaseline?: ReturnType<typeof metric>) =>
    titleOf('quality', {
      ...run,
      manifest: {
        ...run.manifest,
        quality: { any: { model: metric(model), popularity: metric(popularity) }, new: null },
        gate: overBaseline
          ? {
              served: null,
              any: { orderedBy: 'trees', baseline: 'popularity', overBaseline, overServed: null },
              new: null,
            }
          : null,
      },
    });

  test('if both are 0, neither predicted a purchase', async () => {
    expect(await titled(0, 0)).toBe('Neither the model nor popularity predicted any purchase');
    expect(await titled(0, 0, metric(0))).toBe('Neither the model nor popularity predicted any purchase');
  });

  test('a difference whose interval contains 0 is not clear', async () => {
    const none = 'There is no clear difference between the model and popularity (42 users)';
    expect(await titled(0.3, 0.2, metric(0.1, -0.01, 0.2))).toBe(none);
    expect(await titled(0.3, 0.2, metric(0.1, 0, 0.2))).toBe(none);
    expect(await titled(0.3, 0.2, metric(0.1, 0.01, 0.2))).toBe(
      'Top picks rank 50 % better than popularity, the best method without a model',
    );
  });

  test('the model is better, worse, or the only one that predicted a purchase', async () => {
    expect(await titled(0.3, 0.2)).toMatch(/50 % better/);
    expect(await titled(0.1, 0.2)).toMatch(/^Top picks rank 50 % worse than popularity$/);
    expect(await titled(0.1, 0)).toBe('The model predicts purchases that popularity does not');
  });
});

describe('exposure', () => {
  type Changes = NonNullable<RunData['diff']['changes']>;
  const named = (product: string) => ({ product, name: null, before: 5, now: 3 });
  const churn = { users: 2, mean: 0.25, shares: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0] };
  const changes: Changes = {
    edges: { added: 1, removed: 1, kept: 1 },
    churn: { any: churn, new: null },
    exposure: { gained: [], lost: [], products: null },
    totals: null,
    vertices: { new: { users: 0, products: 0 }, gone: { users: 0, products: 0 } },
  };
  const titled = (changed: Partial<Changes> | null) =>
    titleOf('exposure', {
      ...run,
      diff: {
        run: 2,
        previous: { run: 1, asOfMs: 0 },
        changes: changed && { ...changes, ...changed },
        reason: null,
      },
    });

  test('no list has changed only if no recommendation was added or removed', async () => {
    expect(await titled({ edges: { added: 0, removed: 0, kept: 9 } })).toBe(
      'No list has changed since run 1',
    );
    expect(await titled({})).toBe('On average 25 % of a user’s Top picks are new since run 1');
  });

  test('if no product gained lists, the one that lost most is named', async () => {
    const lost = [named('lamp'), named('cup')];
    expect(await titled({ exposure: { gained: [], lost, products: null } })).toBe(
      'On average 25 % of a user’s Top picks are new since run 1; lamp lost most',
    );
    expect(await titled({ exposure: { gained: [named('table')], lost, products: null } })).toMatch(
      /; table gained most$/,
    );
  });

  test('the alternative text has the number of all products that changed; without it, twenty may be more', () => {
    const described = (gained: number, products: { gained: number; lost: number } | null) =>
      CHARTS.exposure.describe({
        ...run,
        diff: {
          run: 2,
          previous: { run: 1, asOfMs: 0 },
          changes: {
            ...changes,
            exposure: { gained: Array.from({ length: gained }, () => named('lamp')), lost: [], products },
          },
          reason: null,
        },
      });
    expect(described(20, { gained: 57, lost: 0 })).toContain('In more lists: 57 products, most of all lamp');
    expect(described(20, null)).toContain('In more lists: 20 products or more');
    expect(described(19, null)).toContain('In more lists: 19 products,');
  });

  test('the title says if no user had a list in both runs', async () => {
    expect(await titled({ churn: { any: null, new: null } })).toBe(
      'No user had Top picks both in run 1 and in this run',
    );
  });

  test('if runs cannot be compared, the alternative text has the reason, and the title does not', async () => {
    expect(await titled(null)).toBe('This run cannot be compared with run 1');
    const diff = { run: 2, previous: { run: 1, asOfMs: 0 }, changes: null };
    const described = (reason: string | null) =>
      CHARTS.exposure.describe({ ...run, diff: { ...diff, reason } });
    expect(described('its lists are gone')).toMatch(/with run 1: its lists are gone\.$/);
    expect(described(null)).toMatch(/with run 1\.$/);
  });
});

describe('segments', () => {
  const metric = (low: number, high: number, n = 9) => ({ value: (low + high) / 2, n, low, high });
  const scorer = (all: number, groups: readonly ReturnType<typeof metric>[]) => {
    const whole = metric(all, all);
    return {
      'ndcg@10': whole,
      'recall@10': whole,
      'map@10': whole,
      'hitRate@10': whole,
      'coverage@10': 0.5,
      byHistory: groups.map((each, from) => ({ from, to: from, 'ndcg@10': each })),
    };
  };
  const titled = (model: RankingMetrics, recentPopularity: RankingMetrics) =>
    titleOf('segments', {
      ...run,
      metrics: {
        ...run.metrics,
        any: { model, recentPopularity, popularity: scorer(0.1, []) },
      },
    });

  test('the model is ahead in groups in which its mean is higher and both were measured; any baseline may be the best', async () => {
    const model = scorer(0.5, [metric(0.4, 0.5), metric(0.4, 0.5), metric(0.4, 0.5, 0)]);
    const other = scorer(0.3, [metric(0.2, 0.3), metric(0.45, 0.6), metric(0.1, 0.2)]);
    expect(await titled(model, other)).toBe(
      'The model is ahead of recent popularity in 1 of 2 groups of users',
    );
  });

  test('the notes say in how many groups the paired difference is clear, if it was measured', async () => {
    const over = (low: number, high: number) => ({
      overBaseline: metric(low, high),
      overServed: null,
    });
    const any = {
      baseline: 'personalFrequency' as const,
      'ndcg@10': over(0.1, 0.2),
      byHistory: [
        { from: 1, to: 1, 'ndcg@10': over(-0.1, 0.2) },
        { from: 2, to: null, 'ndcg@10': over(0.1, 0.2) },
      ],
      byPopularity: [{ decile: 10, 'recall@10': over(-0.2, -0.1) }],
    };
    const model = scorer(0.5, [metric(0.4, 0.5)]);
    const textOf = async (differences: RunData['metrics']['differences']) => {
      const metrics = { ...run.metrics, any: { model, popularity: model }, differences };
      return (await toSvg(CHARTS.segments.draw({ ...run, metrics })))
        .replace(/<\/tspan><tspan[^>]*>/g, ' ')
        .replace(/<[^>]*>/g, '');
    };
    expect(await textOf({ any, new: null })).toContain(
      'clearly ahead of personal frequency in 1 of 3 groups and clearly behind in 1.',
    );
    expect(await textOf({ any: null, new: null })).not.toContain('clearly');
  });

  test('tenths of the products are counted as well as groups of users', async () => {
    const tenths = (values: readonly number[]) =>
      values.map((value, index) => ({ decile: index + 1, 'recall@10': metric(value, value) }));
    const [own, others] = [scorer(0.5, [metric(0.4, 0.5)]), scorer(0.3, [metric(0.2, 0.3)])];
    const model = { ...own, byPopularity: tenths([0.5, 0.2, 0.1]) };
    expect(await titled(model, { ...others, byPopularity: tenths([0.4, 0.3, 0.1]) })).toBe(
      'The model is ahead of recent popularity in the only group of users and in 1 of 3 groups of products',
    );
  });

  test('none, one and all have their own wording', async () => {
    const by = (own: readonly number[]) =>
      titled(
        scorer(
          0.5,
          own.map((value) => metric(value, value)),
        ),
        scorer(
          0.3,
          own.map(() => metric(0.3, 0.3)),
        ),
      );
    expect(await by([0.2])).toMatch(/in none of 1 group of users$/);
    expect(await by([0.4])).toMatch(/in the only group of users$/);
    expect(await by([0.4, 0.5])).toMatch(/in all 2 groups of users$/);
  });
});

import type { RunData, RunOutcome } from '../../lambdas/render/charts/chart.ts';
import { type Metric, Metrics, Quality } from '../../lambdas/shared/contract/quality.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import {
  DegreeSummary,
  Diff,
  GraphFacts,
  GraphSummary,
  ProductSummary,
  SalesSummary,
} from '../../lambdas/shared/contract/summaries.ts';
import { seeded } from '../../local/shop/random.ts';
import { sampleCosts } from './cost-samples.ts';
import { runDataOf, sampleRun } from './samples.ts';

/** An invented run with earlier runs and as much data as a chart may get; it is the same every time. */

const HOUR_MS = 3_600_000;
const RUNS = 50;
const [USERS, PRODUCTS] = [70, 30];

const metric = (value: number, n = 900): Metric => ({ value, n, low: 0.9 * value, high: 1.1 * value });

export function largeRun(): RunData {
  const sample = runDataOf(sampleRun(RUNS));
  const manifest = Manifest.parse({
    ...sample.manifest,
    counts: {
      users: 12_345,
      products: 2_345,
      pairs: 99_999,
      recommendations: 123_450,
      vertices: 14_690,
      edges: 245_678,
    },
    quality: qualityOf(RUNS - 1),
  });
  return {
    ...sample,
    manifest,
    metrics: metrics(),
    graph: graph(),
    degrees: degrees(),
    products: products(),
    facts: facts(),
    diff: diff(manifest.asOfMs),
    sales: SalesSummary.parse({
      bucketMs: 6 * HOUR_MS,
      fromMs: Math.floor((manifest.asOfMs - 400 * 6 * HOUR_MS) / (6 * HOUR_MS)) * 6 * HOUR_MS,
      counts: Array.from(
        { length: 400 },
        (_, index) => ([3, 90, 240, 150][index % 4] ?? 0) + (index % 7) * 10,
      ),
    }),
    runs: outcomes(manifest.asOfMs),
    costs: sampleCosts(RUNS - 1),
  };
}

const qualityOf = (index: number): Quality => {
  const list = (model: number) => ({
    model: metric(model * (0.8 + (0.2 * index) / RUNS)),
    personalFrequency: metric(0.8 * model),
    recentPopularity: metric(0.4 * model),
    popularity: metric(0.3 * model),
  });
  return Quality.parse({ any: list(0.4), new: list(0.2) });
};

const outcomes = (asOfMs: number): RunOutcome[] =>
  Array.from({ length: RUNS }, (_, index) => {
    const served = index === 0 ? null : index;
    const compared = (value: number) => ({
      orderedBy: 'trees' as const,
      baseline: 'personalFrequency' as const,
      overBaseline: metric(value),
      overServed: served === null ? null : { value: -0.001, n: 900, low: -0.006, high: 0.004 },
    });
    return {
      run: index + 1,
      asOfMs: asOfMs - (RUNS - 1 - index) * 48 * HOUR_MS,
      quality: qualityOf(index),
      gate: { served, any: compared(0.02), new: compared(0.04) },
      afterwards:
        served === null
          ? null
          : { window: index + 1, run: served, fromMs: 0, untilMs: 1, any: metric(0.33), new: metric(0.15) },
      decision: index === 7 ? 'refused' : 'promoted',
      reason:
        'better than the baselines: any +0.020 (+0.010 to +0.030, 900 users) over personal frequency; new +0.040 (+0.030 to +0.050, 900 users) over personal frequency',
    };
  });

function metrics(): Metrics {
  const bounds = [1, 3, 6, 11, 21];
  const ranking = (value: number) => ({
    'ndcg@10': metric(value),
    'recall@10': metric(value),
    'map@10': metric(value),
    'hitRate@10': metric(value),
    'coverage@10': value,
    byHistory: bounds.map((from, index) => ({
      from,
      to: bounds[index + 1] === undefined ? null : (bounds[index + 1] ?? 0) - 1,
      'ndcg@10': metric(value * (0.6 + 0.15 * index), 40 + 300 * index),
    })),
    byPopularity: Array.from({ length: 10 }, (_, index) => ({
      decile: index + 1,
      'recall@10': metric(value / (index + 1), 40_000 >> index),
    })),
  });
  const scorers = { model: ranking(0.4), personalFrequency: ranking(0.35), popularity: ranking(0.1) };
  return Metrics.parse({
    run: RUNS,
    holdout: { kind: 'window', share: 0.1, fromMs: 1, interactions: 9_000, users: 900, unknownPairs: 12 },
    any: scorers,
    new: scorers,
    rmsePreference: null,
  });
}

function graph(): GraphSummary {
  const random = seeded(11);
  const vertices = Array.from({ length: USERS + PRODUCTS }, (_, index) => {
    const isUser = index < USERS;
    return {
      id: isUser ? `u:${index}` : `p:${index}`,
      label: isUser ? `u${index}` : `Blue glass lamp no. ${index}`,
      degree: 9,
      inDegree: isUser ? 0 : 9,
      outDegree: isUser ? 9 : 0,
      pageRank: 1,
      component: 0,
      community: index % 8,
      sales: 9,
    };
  });
  const edges = Array.from({ length: USERS * 3 }, (_, index) => {
    const user = index % USERS;
    // Most edges are within the community: to products whose number has the same remainder.
    const far = USERS + random.below(PRODUCTS);
    const near = USERS + ((user - USERS) & 7) + 8 * random.below(3);
    return {
      source: `u:${user}`,
      target: `p:${random.chance(0.85) ? near : far}`,
      rank: 1 + Math.floor(index / USERS),
      score: random.unit(),
    };
  });
  return GraphSummary.parse({
    vertices: 14_690,
    edges: 245_678,
    users: 12_345,
    products: 2_345,
    components: 3,
    chosen:
      'The 30 products that are in the most lists, and 70 users who have most of them among their first 3 recommendations',
    shown: { vertices, edges },
  });
}

const degrees = (): DegreeSummary => {
  const rows = (most: number) =>
    Array.from({ length: 60 }, (_, index) => ({
      degree: Math.round(1.13 ** index) + index,
      vertices: Math.ceil(most / (index + 1) ** 2),
    }));
  return DegreeSummary.parse({ users: rows(7_600), products: rows(1_500) });
};

const named = (index: number) => ({ product: `p${index}`, name: `Lamp with a long name, number ${index}` });

const products = (): ProductSummary =>
  ProductSummary.parse({
    recommendations: 123_450,
    products: Array.from({ length: 50 }, (_, index) => ({
      ...named(index),
      recommendedTo: Math.round(9_876 / (index + 1)),
      buyers: 10,
      salesRank: 1 + ((index * 7) % 50),
    })),
  });

const facts = (): GraphFacts =>
  GraphFacts.parse({
    ...runDataOf(sampleRun(1)).facts,
    run: RUNS,
    users: 12_345,
    products: 2_345,
    exposure: {
      recommendations: 123_450,
      gini: 0.82,
      top10Share: 0.234,
      // 1 - 0.5 ^ (1 / 10) of the products.
      half: { products: 157, share: 0.5 },
      neverRecommended: 1_234,
      lorenz: Array.from({ length: 101 }, (_, index) => [index / 100, (index / 100) ** 10]),
    },
    tails: {
      users: { exponent: 2.5, from: 20, vertices: 400 },
      products: { exponent: 2.1, from: 30, vertices: 90 },
    },
  });

const diff = (asOfMs: number): Diff =>
  Diff.parse({
    run: RUNS,
    previous: { run: RUNS - 1, asOfMs: asOfMs - 48 * HOUR_MS },
    changes: {
      edges: { added: 12_345, removed: 12_000, kept: 100_000 },
      churn: { any: { users: 12_000, mean: 0.123, shares: Array(11).fill(1) }, new: null },
      exposure: {
        gained: Array.from({ length: 20 }, (_, index) => ({
          ...named(index),
          before: 100,
          now: 2_100 - 100 * index,
        })),
        lost: Array.from({ length: 20 }, (_, index) => ({
          ...named(30 + index),
          before: 1_500,
          now: 100 + 70 * index,
        })),
      },
      vertices: { new: { users: 120, products: 3 }, gone: { users: 0, products: 1 } },
    },
  });

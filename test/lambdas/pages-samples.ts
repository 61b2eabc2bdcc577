import { chartsOf, manifestKey, publicationKey } from '../../lambdas/shared/contract/keys.ts';
import type { Metric, RankingMetrics } from '../../lambdas/shared/contract/quality.ts';
import { Metrics } from '../../lambdas/shared/contract/quality.ts';
import { Manifest, Publication } from '../../lambdas/shared/contract/schemas.ts';
import { Diff, GraphFacts, Network, SalesSummary } from '../../lambdas/shared/contract/summaries.ts';
import { type Lake, toJson } from '../../lambdas/shared/platform/lake.ts';
import { seeded } from '../../local/shop/random.ts';
import { explorerSample } from './explorer-samples.ts';
import { DAY_MS, NOON, named, type ShopSize, userOf } from './sample-shop.ts';
import { ATTACK, sampleRun } from './samples.ts';

const metric = (value: number, spread = 0.02, n = 812): Metric => ({
  value,
  n,
  low: value - spread,
  high: value + spread,
});

const ranking = (value: number): RankingMetrics => ({
  'ndcg@10': metric(value),
  'recall@10': metric(value * 0.9),
  'map@10': metric(value * 0.7),
  'hitRate@10': metric(value * 2),
  'novelty@10': metric(7.2, 0.1),
  'coverage@10': 0.413,
  byHistory: [
    { from: 1, to: 1, 'ndcg@10': metric(value * 0.6, 0.05, 80) },
    { from: 2, to: 9, 'ndcg@10': metric(value * 0.9, 0.03, 400) },
    { from: 10, to: null, 'ndcg@10': metric(value * 1.2, 0.03, 332) },
  ],
  byPopularity: Array.from({ length: 10 }, (_, index) => ({
    decile: index + 1,
    'recall@10': metric(value / (index + 1), 0.02, 500 - 40 * index),
  })),
});

const scorers = (value: number) => ({
  model: ranking(value),
  served: ranking(value - 0.01),
  personalFrequency: ranking(value - 0.03),
  recentPopularity: ranking(value / 3),
  popularity: ranking(value / 4),
});

const quality = (value: number) => ({
  model: metric(value),
  personalFrequency: metric(value - 0.03),
  recentPopularity: metric(value / 3),
  popularity: metric(value / 4),
});

const series = [2, 3].map((window) => ({
  window,
  run: window - 1,
  fromMs: NOON - (4 - window) * 7 * DAY_MS,
  untilMs: NOON - (3 - window) * 7 * DAY_MS,
  any: metric(0.2 + window / 100),
  new: metric(0.1 + window / 100),
}));

/** A graph with communities: most edges are within one. */
export function sampleNetwork({ users, products }: ShopSize, edgesPerUser = 4, seed = 1): Network {
  const random = seeded(seed).unit;
  const communities = 12;
  const count = users + products;
  const pick = (below: number): number => Math.floor(random() * below);
  const edges = {
    sources: [] as number[],
    targets: [] as number[],
    kinds: [] as number[],
    strengths: [] as number[],
  };
  const add = (source: number, target: number, kind: number): void => {
    edges.sources.push(source);
    edges.targets.push(target);
    edges.kinds.push(kind);
    edges.strengths.push(Math.round(1000 * random() ** 2) / 1000);
  };
  const productOf = (community: number): number => {
    const own = Math.floor(products / communities);
    return (
      users + (own === 0 ? pick(products) : (community * own + Math.floor(own * random() ** 2)) % products)
    );
  };
  for (let user = 0; user < users; user++)
    for (let edge = 0; edge < edgesPerUser; edge++)
      add(user, random() < 0.85 ? productOf(user % communities) : users + pick(products), edge % 2);
  for (let product = users; product < count; product++) add(product, users + pick(products), 2);
  const degrees = Array.from({ length: count }, () => 0);
  for (const end of [...edges.sources, ...edges.targets]) degrees[end] = (degrees[end] ?? 0) + 1;
  const own = Math.max(1, Math.floor(products / communities));
  return Network.parse({
    vertices: {
      ids: Array.from({ length: count }, (_, index) =>
        index < users ? `u:${userOf(index)}` : `p:${named(index - users).product}`,
      ),
      labels: Array.from({ length: count }, (_, index) => {
        if (index < users) return userOf(index);
        const { product, name } = named(index - users);
        return name ?? product;
      }),
      communities: Array.from({ length: count }, (_, index) =>
        index < users ? index % communities : Math.min(communities - 1, Math.floor((index - users) / own)),
      ),
      degrees,
      sales: degrees,
    },
    edges,
    chosen: 'The products that most users bought, and the users who bought most.',
    leftOut: { vertices: 120, edges: 3400 },
  });
}

const facts = (run: number, { users, products }: ShopSize): GraphFacts =>
  GraphFacts.parse({
    run,
    vertices: users + products,
    edges: 4 * users,
    users,
    products,
    edgesByKind: { bought: 2 * users, recommended: 2 * users, similar: products },
    exposure: {
      recommendations: 10 * users,
      gini: 0.71,
      top10Share: 0.402,
      half: { products: Math.ceil(products / 8), share: 0.502 },
      neverRecommended: 12,
      lorenz: [
        [0, 0],
        [0.5, 0.1],
        [1, 1],
      ],
    },
    components: { count: 3, largest: [{ users, products }] },
    tails: { users: null, products: { exponent: 2.31, from: 4, vertices: 88 } },
    communities: {
      count: 12,
      modularity: 0.48,
      largest: Array.from({ length: 12 }, (_, community) => ({
        community,
        users: Math.floor(users / 12),
        products: Math.floor(products / 12),
        top: [0, 1, 2].map((index) => named(community * Math.max(1, Math.floor(products / 12)) + index)),
      })),
      edges: {
        bought: { edges: 2 * users, crossing: Math.floor(users / 10), byChance: 1.8 * users },
        recommendedAny: { edges: 10 * users, crossing: 3 * users, byChance: 8 * users },
        recommendedNew: { edges: 10 * users, crossing: 4 * users, byChance: 8.5 * users },
        similar: { edges: products, crossing: 0, byChance: 0.9 * products },
      },
    },
    graphmlLeftOut: null,
  });

export const sampleDiff = (run: number): Diff =>
  Diff.parse({
    run,
    previous: run === 1 ? null : { run: run - 1, asOfMs: NOON - 7 * DAY_MS },
    changes:
      run === 1
        ? null
        : {
            edges: { added: 1234, removed: 987, kept: 20_456 },
            churn: {
              any: { users: 300, mean: 0.213, shares: [20, 60, 90, 60, 30, 20, 10, 5, 3, 1, 1] },
              new: null,
            },
            exposure: {
              gained: [0, 1, 2].map((index) => ({ ...named(index), before: 3, now: 40 - index })),
              lost: [{ ...named(6), before: 22, now: 9 }],
              products: { gained: 3, lost: 1 },
            },
            totals: {
              any: {
                users: { compared: 300, changed: 280, added: 14, gone: 0 },
                overlap: 0.652,
                products: { entered: 5, left: 4, stayed: 987 },
              },
              new: {
                users: { compared: 0, changed: 0, added: 14, gone: 0 },
                overlap: null,
                products: { entered: 12, left: 0, stayed: 0 },
              },
            },
            vertices: { new: { users: 14, products: 2 }, gone: { users: 0, products: 1 } },
          },
  });

const sales = SalesSummary.parse({
  bucketMs: 3_600_000,
  fromMs: NOON - 72 * 3_600_000,
  counts: Array.from({ length: 72 }, (_, hour) => (hour % 24 < 7 ? 0 : hour % 5)),
});

const differenceOf = (value: number, n: number) => ({
  overBaseline: { value, n, low: value - 0.01, high: value + 0.01 },
  overServed: { value: value / 2, n, low: value / 2 - 0.02, high: value / 2 + 0.02 },
});

const metrics = (run: number): Metrics =>
  Metrics.parse({
    run,
    holdout: {
      kind: 'window',
      share: 0.1,
      fromMs: NOON - 7 * DAY_MS,
      interactions: 2_345,
      users: 812,
      unknownPairs: 34,
      scoredShare: 0.98,
    },
    any: scorers(0.31),
    new: { model: ranking(0.12), recentPopularity: ranking(0.08), popularity: ranking(0.05) },
    differences: {
      any: {
        baseline: 'personalFrequency',
        'ndcg@10': differenceOf(0.03, 812),
        byHistory: [
          { from: 1, to: 1, 'ndcg@10': differenceOf(-0.004, 120) },
          { from: 20, to: null, 'ndcg@10': differenceOf(0.041, 332) },
        ],
        byPopularity: [{ decile: 10, 'recall@10': { ...differenceOf(0.002, 61), overServed: null } }],
      },
      new: null,
    },
    candidates: {
      ownLeftOut: { users: 79, products: 6_543, heldOut: 210 },
      any: { heldOut: 12_345, missed: 1_111 },
      new: { heldOut: 8_000, missed: 901 },
    },
    series,
    rmsePreference: metric(0.7),
  });

type Documents = Readonly<Record<string, unknown>>;

const keyOf = (run: number, name: string): string => `runs/${String(run).padStart(8, '0')}/00000001/${name}`;

export interface PagesSample {
  readonly manifest: Manifest;
  readonly documents: Documents;
}

/** Makes a run with every document that the pages read. */
export function pagesRun(run: number, size: ShopSize = { users: 60, products: 30 }): PagesSample {
  const base = sampleRun(run);
  const documents: Documents = {
    ...base.documents,
    'metrics.json': metrics(run),
    'graph.json': facts(run, size),
    'diff.json': sampleDiff(run),
    'summary/network.json': sampleNetwork(size),
    'summary/sales.json': sales,
    ...explorerSample(run, size),
  };
  const comparison = {
    orderedBy: 'trees' as const,
    baseline: 'personalFrequency' as const,
    overBaseline: metric(0.03, 0.012),
    overServed: run === 1 ? null : metric(0.01, 0.02),
  };
  const manifest = Manifest.parse({
    ...base.manifest,
    asOfMs: NOON + (run - 1) * 7 * DAY_MS,
    quality: { any: quality(0.31), new: null },
    gate: { served: run === 1 ? null : run - 1, any: comparison, new: null },
    afterwards: run === 1 ? null : series[0],
    files: Object.keys(documents)
      .map((name) => ({ name, key: keyOf(run, name), sizeBytes: 12_345, rows: 1, sha256: 'b'.repeat(64) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  });
  return { manifest, documents };
}

/** Makes publication K, which decides run K. */
export const pagesPublication = (run: number, decision: Publication['decision'] = 'promoted'): Publication =>
  Publication.parse({
    publication: run,
    run,
    decision,
    reason: decision === 'promoted' ? 'better than run 1 by +0.010' : `worse on ${ATTACK}`,
    numbers: {
      asOfMs: NOON + (run - 1) * 7 * DAY_MS,
      interactions: 12_345 * run,
      users: 60,
      products: 30,
      quality: { any: quality(0.31), new: null },
    },
    served: run,
    previous: run === 1 ? null : run - 1,
    decidedThrough: run,
  });

/** Stores a finished and decided run in the lake. */
export async function storePagesRun(
  lake: Lake,
  run: number,
  { size, decision }: { size?: ShopSize; decision?: Publication['decision'] } = {},
): Promise<void> {
  const { manifest, documents } = pagesRun(run, size);
  for (const [name, document] of Object.entries(documents))
    await lake.create(keyOf(run, name), document instanceof Uint8Array ? document : toJson(document), '');
  await lake.create(manifestKey(run), toJson(manifest), 'application/json');
  await lake.create(publicationKey(run), toJson(pagesPublication(run, decision)), 'application/json');
}

export const pageKey = (run: number): string => `${chartsOf(run)}index.html`;

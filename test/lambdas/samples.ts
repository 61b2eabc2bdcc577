import type { RunData } from '../../lambdas/render/charts/chart.ts';
import { manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { Model } from '../../lambdas/shared/contract/model.ts';
import { Metrics } from '../../lambdas/shared/contract/quality.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import {
  DegreeSummary,
  Diff,
  GraphFacts,
  GraphSummary,
  Network,
  ProductSummary,
  SalesSummary,
  UserSummary,
} from '../../lambdas/shared/contract/summaries.ts';
import { toJson } from '../../lambdas/shared/platform/lake.ts';
import type { MemoryLake } from '../lake.ts';

/** The files of a run of three users and four lamps, as the Spark job writes them. The name of one lamp is an attack. */

export const ATTACK = '<script>alert("lamp")</script>';
const NOON = Date.UTC(2026, 5, 30, 12);

const metric = (value: number) => ({ value, n: 3, low: value - 0.1, high: value + 0.1 });
const quality = { model: metric(0.5), popularity: metric(0.25) };
const ranking = (value: number) => ({
  'ndcg@10': metric(value),
  'recall@10': metric(value),
  'map@10': metric(value),
  'hitRate@10': metric(value),
  'coverage@10': value,
});

const HOUR_MS = 3_600_000;

/** The blue lamp is in two lists, two others are in one, and the fourth is in none. */
const FACTS = GraphFacts.parse({
  run: 1,
  vertices: 7,
  edges: 9,
  users: 3,
  products: 4,
  edgesByKind: { bought: 5, recommended: 4, similar: 0 },
  exposure: {
    recommendations: 4,
    gini: 0.375,
    top10Share: 1,
    half: { products: 1, share: 0.5 },
    neverRecommended: 1,
    lorenz: [
      [0, 0],
      [0.25, 0],
      [0.5, 0.25],
      [0.75, 0.5],
      [1, 1],
    ],
  },
  components: { count: 1, largest: [{ users: 3, products: 4 }] },
  tails: { users: null, products: null },
  communities: {
    count: 2,
    modularity: 0.2,
    largest: [
      { community: 0, users: 2, products: 2, top: [{ product: 'lamp1', name: 'Blue lamp' }] },
      { community: 1, users: 1, products: 2, top: [{ product: 'lamp2', name: ATTACK }] },
    ],
    edges: {
      bought: { edges: 5, crossing: 1, byChance: 2.4 },
      recommendedAny: { edges: 4, crossing: 1, byChance: 3 },
      recommendedNew: { edges: 0, crossing: 0, byChance: 0 },
      similar: { edges: 0, crossing: 0, byChance: 0 },
    },
  },
  graphmlLeftOut: null,
});

/** Run 1 has no previous run. */
const DIFF = Diff.parse({ run: 1, previous: null, changes: null });

const SALES = SalesSummary.parse({ bucketMs: HOUR_MS, fromMs: NOON - 3 * HOUR_MS, counts: [5, 0, 7] });

/** The interactive graph. */
const NETWORK = Network.parse({
  vertices: {
    ids: ['u:ann', 'u:bob', 'p:lamp1', 'p:lamp2', 'p:ann'],
    labels: ['ann', 'bob', 'Blue lamp', ATTACK, 'Lamp with the id of a user'],
    communities: [0, 1, 0, 1, -1],
    degrees: [3, 2, 2, 3, 1],
    sales: [2, 1, 1, 2, 1],
  },
  edges: {
    sources: [0, 0, 1, 1, 2],
    targets: [2, 3, 2, 4, 3],
    kinds: [1, 0, 1, 1, 2],
    strengths: [1, 0.5, 0.9, 0, 1],
  },
  chosen: 'All users and products',
  leftOut: { vertices: 2, edges: 4 },
});

const DOCUMENTS = {
  'graph.json': FACTS,
  'diff.json': DIFF,
  'summary/sales.json': SALES,
  'metrics.json': Metrics.parse({
    run: 1,
    holdout: { share: 0.1, fromMs: NOON - 3_600_000, interactions: 2, users: 2, unknownPairs: 0 },
    any: { model: ranking(0.5), popularity: ranking(0.25) },
    new: { model: ranking(0.4), popularity: ranking(0.2) },
    rmsePreference: metric(0.7),
  }),
  'summary/graph.json': GraphSummary.parse({
    vertices: 7,
    edges: 9,
    users: 3,
    products: 4,
    components: 1,
    chosen: 'All users and products',
    shown: {
      vertices: [
        vertex('u:ann', 'ann', 0, 2),
        vertex('u:bob', 'bob', 0, 2),
        vertex('p:lamp1', 'Blue lamp', 2, 0),
        vertex('p:lamp2', ATTACK, 1, 0),
        vertex('p:ann', 'Lamp with the id of a user', 1, 0),
      ],
      edges: [
        { source: 'u:ann', target: 'p:lamp1', rank: 1, score: 0.9 },
        { source: 'u:ann', target: 'p:lamp2', rank: 2, score: 0.3 },
        { source: 'u:bob', target: 'p:lamp1', rank: 1, score: 0.8 },
        { source: 'u:bob', target: 'p:ann', rank: 2, score: -0.1 },
      ],
    },
  }),
  'summary/degrees.json': DegreeSummary.parse({
    users: [
      { degree: 2, vertices: 2 },
      { degree: 3, vertices: 1 },
    ],
    products: [
      { degree: 1, vertices: 3 },
      { degree: 40, vertices: 1 },
    ],
  }),
  'summary/products.json': ProductSummary.parse({
    recommendations: 4,
    products: [
      { product: 'lamp1', name: 'Blue lamp', recommendedTo: 2, buyers: 1, salesRank: 2 },
      { product: 'lamp2', name: ATTACK, recommendedTo: 1, buyers: 3, salesRank: 1 },
      { product: 'ann', name: null, recommendedTo: 1, buyers: 1, salesRank: 3 },
    ],
  }),
  'summary/users.json': UserSummary.parse({
    users: [
      {
        user: 'ann & bob',
        bought: [{ product: 'lamp2', name: ATTACK, quantity: 1, atMs: NOON }],
        recommended: [
          { list: 'any', rank: 1, product: 'lamp2', name: ATTACK, score: 0.9 },
          { list: 'new', rank: 1, product: 'lamp1', name: 'Blue lamp', score: 0.8 },
        ],
      },
    ],
  }),
};

function vertex(id: string, label: string, inDegree: number, outDegree: number) {
  return { id, label, degree: inDegree + outDegree, inDegree, outDegree, pageRank: 1, component: 0 };
}

const NONE = { edges: 0, crossing: 0, byChance: 0 };

/** The same run in a shop where everything was returned. */
const EMPTY_DOCUMENTS: Documents = {
  'graph.json': {
    run: 1,
    vertices: 0,
    edges: 0,
    users: 0,
    products: 0,
    edgesByKind: { bought: 0, recommended: 0, similar: 0 },
    exposure: {
      recommendations: 0,
      gini: null,
      top10Share: null,
      half: null,
      neverRecommended: 0,
      lorenz: [],
    },
    components: { count: 0, largest: [] },
    tails: { users: null, products: null },
    communities: {
      count: 0,
      modularity: null,
      largest: [],
      edges: { bought: NONE, recommendedAny: NONE, recommendedNew: NONE, similar: NONE },
    },
    graphmlLeftOut: null,
  },
  'diff.json': DIFF,
  'summary/sales.json': { bucketMs: HOUR_MS, fromMs: NOON, counts: [] },
  'metrics.json': Metrics.parse({
    run: 1,
    holdout: { share: 0.1, fromMs: null, interactions: 0, users: 0, unknownPairs: 0 },
    any: null,
    new: null,
    rmsePreference: null,
  }),
  'summary/graph.json': {
    vertices: 0,
    edges: 0,
    users: 0,
    products: 0,
    components: 0,
    chosen: 'There is nothing to show',
    shown: { vertices: [], edges: [] },
  },
  'summary/degrees.json': { users: [], products: [] },
  'summary/products.json': { recommendations: 0, products: [] },
  'summary/users.json': { users: [] },
};

export type Documents = typeof DOCUMENTS;

export interface Sample {
  readonly manifest: Manifest;
  readonly documents: Documents;
}

export function sampleRun(run: number, { isEmpty = false } = {}): Sample {
  const documents = isEmpty ? EMPTY_DOCUMENTS : DOCUMENTS;
  const counts = isEmpty
    ? { users: 0, products: 0, pairs: 0, recommendations: 0, vertices: 0, edges: 0 }
    : { users: 3, products: 4, pairs: 5, recommendations: 4, vertices: 7, edges: 9 };
  const manifest = Manifest.parse({
    run,
    attempt: 1,
    asOfMs: NOON + run,
    inputs: {
      windows: Array.from({ length: run }, (_, index) => index + 1),
      batches: run,
      offsets: { '0a1b2c3d/sales/000000': [[0, 11]] },
      interactions: 12 * run,
      repeats: 0,
      conflicts: 0,
      unweighted: 0,
      trainingSetSha256: 'a'.repeat(64),
    },
    model: Model.parse({}),
    versions: { cartograph: '0.1.0', spark: '4.0.1' },
    counts,
    quality: isEmpty ? { any: null, new: null } : { any: quality, new: quality },
    seconds: { read: 1.5, fit: 2 },
    files: [...Object.keys(documents), NETWORK_NAME].map((name) => ({
      name,
      key: keyOf(run, name),
      sizeBytes: 1,
      rows: 1,
      sha256: 'b'.repeat(64),
    })),
  });
  return { manifest, documents };
}

const NETWORK_NAME = 'summary/network.json';

/** The input of the charts of a sample. Its run is the only one, and is not decided yet. */
export function runDataOf({ manifest, documents }: Sample): RunData {
  return {
    manifest,
    metrics: documents['metrics.json'],
    graph: documents['summary/graph.json'],
    degrees: documents['summary/degrees.json'],
    products: documents['summary/products.json'],
    facts: documents['graph.json'],
    diff: documents['diff.json'],
    sales: documents['summary/sales.json'],
    runs: [{ ...manifest, decision: null, reason: null }],
    costs: [],
  };
}

const keyOf = (run: number, name: string): string => `runs/${String(run).padStart(8, '0')}/00000001/${name}`;

/** Writes a finished run to the lake. */
export async function storeRun(
  lake: MemoryLake,
  run: number,
  options: { isEmpty?: boolean } = {},
): Promise<void> {
  const { manifest, documents } = sampleRun(run, options);
  for (const [name, document] of Object.entries(documents))
    await lake.create(keyOf(run, name), toJson(document), 'application/json');
  await lake.create(keyOf(run, NETWORK_NAME), toJson(NETWORK), 'application/json');
  await lake.create(manifestKey(run), toJson(manifest), 'application/json');
}

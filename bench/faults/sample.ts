import { Model } from '../../lambdas/shared/contract/model.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { toJson } from '../../lambdas/shared/platform/lake.ts';

const NONE = { edges: 0, crossing: 0, byChance: 0 };

/** The documents of a run that recommends nothing, by name. */
const documentsOf = (run: number): Readonly<Record<string, unknown>> => ({
  'diff.json': { run, previous: null, changes: null },
  'graph.json': {
    ...{ run, vertices: 0, edges: 0, users: 0, products: 0 },
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
      ...{ count: 0, modularity: null, largest: [] },
      edges: { bought: NONE, recommendedAny: NONE, recommendedNew: NONE, similar: NONE },
    },
    graphmlLeftOut: null,
  },
  'metrics.json': {
    run,
    holdout: { share: 0.1, fromMs: null, interactions: 0, users: 0, unknownPairs: 0 },
    ...{ any: null, new: null, rmsePreference: null },
  },
  'summary/degrees.json': { users: [], products: [] },
  'summary/graph.json': {
    ...{ vertices: 0, edges: 0, users: 0, products: 0, components: 0, chosen: 'There is nothing to show' },
    shown: { vertices: [], edges: [] },
  },
  'summary/network.json': {
    vertices: { ids: [], labels: [], communities: [], degrees: [], sales: [] },
    edges: { sources: [], targets: [], kinds: [], strengths: [] },
    chosen: 'All users and products',
    leftOut: { vertices: 0, edges: 0 },
  },
  'summary/products.json': { recommendations: 0, products: [] },
  'summary/sales.json': { bucketMs: 3_600_000, fromMs: 0, counts: [] },
  'summary/users.json': { users: [] },
});

/** Returns the documents of a run as texts, by name, and its manifest without files. */
export function sampleRun(run: number): {
  readonly texts: readonly (readonly [name: string, text: string])[];
  readonly manifest: Manifest;
} {
  const manifest = Manifest.parse({
    ...{ run, attempt: 1, asOfMs: run },
    inputs: {
      windows: Array.from({ length: run }, (_, index) => index + 1),
      ...{ batches: run, offsets: {}, interactions: 0, repeats: 0, conflicts: 0, unweighted: 0 },
      trainingSetSha256: 'a'.repeat(64),
    },
    model: Model.parse({}),
    versions: {},
    counts: { users: 0, products: 0, pairs: 0, recommendations: 0, vertices: 0, edges: 0 },
    quality: { any: null, new: null },
    seconds: {},
    files: [],
  });
  return { manifest, texts: Object.entries(documentsOf(run)).map(([name, value]) => [name, toJson(value)]) };
}

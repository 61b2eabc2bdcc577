import { manifestKey } from '../lambdas/shared/keys.ts';
import { toJson } from '../lambdas/shared/lake.ts';
import type { Network } from '../lambdas/shared/summaries.ts';
import { largeRun } from '../test/lambdas/large-sample.ts';
import { sampleRun } from '../test/lambdas/samples.ts';
import { randomGraph } from './random-graph.ts';

/** Online Retail has 4,326 users and 3,649 products that were bought. */
const VERTICES = 7_975;

/** A run as large as that of Online Retail: key and text of every object that render reads. */
export function retailSizedRun(): Map<string, string> {
  const large = largeRun();
  const sample = sampleRun(1);
  const documents: Readonly<Record<string, unknown>> = {
    'metrics.json': large.metrics,
    'graph.json': large.facts,
    'diff.json': large.diff,
    'summary/graph.json': large.graph,
    'summary/degrees.json': large.degrees,
    'summary/products.json': large.products,
    'summary/sales.json': large.sales,
    'summary/users.json': sample.documents['summary/users.json'],
    'summary/network.json': network(),
  };
  const manifest = {
    ...sample.manifest,
    counts: { ...large.manifest.counts, users: 4_326, products: 3_649, vertices: VERTICES },
    quality: large.manifest.quality,
    gate: large.runs.at(-1)?.gate ?? null,
  };
  const objects = new Map([[manifestKey(1), toJson(manifest)]]);
  for (const { name, key } of manifest.files) {
    const document = documents[name];
    if (document === undefined) throw new Error(`Cannot make the run: it has no ${name}`);
    objects.set(key, toJson(document));
  }
  return objects;
}

/** Three edges per vertex, bought, recommended and similar in turns. */
function network(): Network {
  const { count, users, edges } = randomGraph(VERTICES);
  const ids = Array.from({ length: count }, (_, index) => `${index < users ? 'u' : 'p'}:${10_000 + index}`);
  return {
    vertices: {
      ids,
      labels: ids.map((id) => `WHITE HANGING HEART ${id}`),
      communities: ids.map((_, index) => index % 30),
      degrees: ids.map(() => 6),
      sales: ids.map(() => 50),
    },
    edges: {
      sources: edges.map(([source]) => source),
      targets: edges.map(([, target]) => target),
      kinds: edges.map(([source, target], index) => (source >= users && target >= users ? 2 : index % 2)),
      strengths: edges.map((_, index) => (index % 100) / 100),
    },
    chosen: 'All users and products',
    leftOut: { vertices: 0, edges: 0 },
  };
}

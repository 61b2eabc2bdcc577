import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { read } from 'vega';
import type { Chart, RunData } from '../lambdas/render/charts/chart.ts';
import { degrees } from '../lambdas/render/charts/degrees.ts';
import { recommendationGraph } from '../lambdas/render/charts/recommendation-graph.ts';
import { topProducts } from '../lambdas/render/charts/top-products.ts';
import { toPng, toSvg } from '../lambdas/render/draw.ts';

export type Kind = 'svg' | 'png';

interface Row {
  readonly user: string;
  readonly product: string;
  readonly rank: string;
  readonly score: string;
}

/** Draws three charts of a CSV file of recommendations into a directory. The graph shows every vertex. */
export async function drawCsv(path: string, output: string, kind: Kind): Promise<void> {
  const rows = read(readFileSync(path, 'utf8'), { type: 'csv' }) as Row[];
  const data = dataOf(rows);
  const charts: Readonly<Record<string, Chart>> = {
    graph: recommendationGraph,
    degrees,
    'top-products': topProducts,
  };
  for (const [name, chart] of Object.entries(charts)) {
    const svg = await toSvg(chart.draw(data));
    writeFileSync(join(output, `${name}.${kind}`), kind === 'svg' ? svg : await toPng(svg));
  }
}

/** Returns the parts of the Spark job's summaries that the three charts read. */
function dataOf(rows: readonly Row[]): RunData {
  const users = countBy(rows.map(({ user }) => user));
  const products = countBy(rows.map(({ product }) => product));
  const vertex =
    (kind: 'u' | 'p') =>
    ([name, degree]: [string, number]) => ({
      id: `${kind}:${name}`,
      label: name,
      degree,
      inDegree: kind === 'p' ? degree : 0,
      outDegree: kind === 'u' ? degree : 0,
      pageRank: 0,
      component: 0,
      community: null,
      sales: 0,
    });
  const counts = { users: users.size, products: products.size };
  const vertices = users.size + products.size;
  const parts: Partial<RunData> & { manifest: object; facts: object } = {
    manifest: { run: 1, asOfMs: 0, inputs: { interactions: rows.length }, counts },
    graph: {
      ...counts,
      vertices,
      edges: rows.length,
      components: 1,
      chosen: 'Everything',
      shown: {
        vertices: [...[...users].map(vertex('u')), ...[...products].map(vertex('p'))],
        edges: rows.map(({ user, product, rank, score }) => ({
          source: `u:${user}`,
          target: `p:${product}`,
          rank: Number(rank),
          score: Number(score),
        })),
      },
    },
    degrees: { users: degreesOf(users), products: degreesOf(products) },
    products: {
      recommendations: rows.length,
      products: [...products]
        .sort(([, a], [, b]) => b - a)
        .slice(0, 50)
        .map(([product, recommendedTo], index) => ({
          product,
          name: null,
          recommendedTo,
          buyers: 1,
          salesRank: index + 1,
        })),
    },
    facts: {
      communities: { count: 0, edges: { recommendedAny: { edges: 0, crossing: 0, byChance: 0 } } },
      tails: { users: null, products: null },
    },
  } as never;
  return parts as RunData;
}

function countBy<Key>(keys: readonly Key[]): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

const degreesOf = (vertices: Map<string, number>): RunData['degrees']['users'] =>
  [...countBy([...vertices.values()])]
    .sort(([a], [b]) => a - b)
    .map(([degree, count]) => ({ degree, vertices: count }));

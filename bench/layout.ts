import { forceCenter, forceLink, forceManyBody, forceSimulation, type SimulationNodeDatum } from 'd3-force';
import { layoutGraph, type Places } from '../lambdas/render/charts/layout.ts';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { type Benchmark, type Figure, median } from './benchmark.ts';
import { type RandomGraph, randomGraph } from './random-graph.ts';

/** By size of the graph, how often it is laid out by both. */
const ROUNDS = { 1000: 3, 5000: 2, 20000: 1 } as const;
const TICKS = 300;
/** Vertices whose neighbours are looked at. */
const SAMPLED = 1_000;

export const layout: Benchmark = {
  title: `layout alone, beside d3-force with ${TICKS} ticks, in one process`,
  async run(say) {
    // Both are compiled before they are timed.
    const small = randomGraph(300);
    byForce(small);
    ours(small);
    return Object.entries(ROUNDS).flatMap(([count, rounds]) => compare(say, Number(count), rounds));
  },
};

function compare(say: (line: string) => void, count: number, rounds: number): Figure[] {
  const graph = randomGraph(count);
  const [mine, theirs]: [Laid[], Laid[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    mine.push(timed(() => ours(graph)));
    theirs.push(timed(() => byForce(graph)));
    say(`${count} vertices: ${mine.at(-1)?.ms.toFixed(0)} ms, d3-force ${theirs.at(-1)?.ms.toFixed(0)} ms`);
  }
  const factor = median(theirs.map(({ ms }, round) => ms / (mine[round]?.ms ?? Number.NaN)));
  const kept = [mine, theirs].map(([first]) => first && neighboursKept(graph, first.places));
  const text = (of: 'near' | 'ten'): string =>
    kept.map((each) => `${(100 * (each?.[of] ?? 0)).toFixed(1)} %`).join(' against ');
  return [
    {
      what: `layout, ${grouped(count)} vertices, ${grouped(graph.edges.length)} edges, beside d3-force with ${TICKS} ticks`,
      reach: '≥ 20x, stretch 50x',
      measured: `${median(mine.map(({ ms }) => ms)).toFixed(0)} ms, d3-force ${(median(theirs.map(({ ms }) => ms)) / 1000).toFixed(1)} s: ${factor.toFixed(0)}x`,
    },
    {
      what: '… neighbours in the graph that are among the nearest points: as many points as neighbours; at least ten points',
      reach: 'no worse',
      measured: `${text('near')}; ${text('ten')}`,
    },
  ];
}

interface Laid {
  readonly ms: number;
  readonly places: Places;
}

function timed(lay: () => Places): Laid {
  const startedMs = performance.now();
  const places = lay();
  return { ms: performance.now() - startedMs, places };
}

const ours = ({ count, edges }: RandomGraph): Places =>
  layoutGraph(
    count,
    Int32Array.from(edges, ([source]) => source),
    Int32Array.from(edges, ([, target]) => target),
  );

/** As its documentation shows it: links, charges, the middle. */
function byForce({ count, edges }: RandomGraph): Places {
  const nodes: SimulationNodeDatum[] = Array.from({ length: count }, () => ({}));
  forceSimulation(nodes)
    .force('link', forceLink(edges.map(([source, target]) => ({ source, target }))))
    .force('charge', forceManyBody())
    .force('center', forceCenter())
    .stop()
    .tick(TICKS);
  return {
    x: Float64Array.from(nodes, ({ x = 0 }) => x),
    y: Float64Array.from(nodes, ({ y = 0 }) => y),
  };
}

/** Of a vertex' neighbours, the share that lies among its nearest points: as many points as neighbours, or at least ten. */
function neighboursKept({ count, edges }: RandomGraph, { x, y }: Places): { near: number; ten: number } {
  const neighbours = Array.from({ length: count }, () => new Set<number>());
  for (const [a, b] of edges) {
    neighbours[a]?.add(b);
    neighbours[b]?.add(a);
  }
  const step = Math.max(1, Math.floor(count / SAMPLED));
  let [vertices, near, ten] = [0, 0, 0];
  for (let v = 0; v < count; v += step) {
    const own = neighbours[v] ?? new Set();
    if (own.size === 0) continue;
    const nearest = nearestTo(v, x, y);
    const among = (points: number): number =>
      nearest.slice(0, points).filter((other) => own.has(other)).length / own.size;
    vertices += 1;
    near += among(own.size);
    ten += among(Math.max(10, own.size));
  }
  return { near: near / vertices, ten: ten / vertices };
}

/** All other vertices, nearest first; of equally near ones the one with the smaller number. */
function nearestTo(v: number, x: Float64Array, y: Float64Array): number[] {
  const distance = Float64Array.from(
    x,
    (left, other) => (left - (x[v] ?? 0)) ** 2 + ((y[other] ?? 0) - (y[v] ?? 0)) ** 2,
  );
  return Array.from(distance.keys())
    .filter((other) => other !== v)
    .sort((a, b) => (distance[a] ?? 0) - (distance[b] ?? 0) || a - b);
}

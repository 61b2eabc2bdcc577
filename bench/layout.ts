import { forceCenter, forceLink, forceManyBody, forceSimulation, type SimulationNodeDatum } from 'd3-force';
import { layoutGraph, type Places } from '../lambdas/render/graph/layout.ts';
import { grouped } from '../lambdas/shared/contract/numbers.ts';
import { type Benchmark, type Figure, median } from './benchmark.ts';
import { type RandomGraph, randomGraph } from './random-graph.ts';

/** Number of rounds, by the number of vertices. */
const ROUNDS = { 1000: 3, 5000: 2, 20000: 1 } as const;
const TICKS = 300;
/** Number of vertices whose neighbours are compared. */
const SAMPLED = 1_000;

export const layout: Benchmark = {
  title: `layout alone, compared with d3-force with ${TICKS} ticks, in one process`,
  async run(report) {
    // The warm-up lets V8 compile both before they are timed.
    const small = randomGraph(300);
    layoutWithForces(small);
    layoutWithProject(small);
    return Object.entries(ROUNDS).flatMap(([count, rounds]) => compare(report, Number(count), rounds));
  },
};

function compare(report: (line: string) => void, count: number, rounds: number): Figure[] {
  const graph = randomGraph(count);
  const [project, forces]: [TimedLayout[], TimedLayout[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    project.push(timed(() => layoutWithProject(graph)));
    forces.push(timed(() => layoutWithForces(graph)));
    report(
      `${count} vertices: ${project.at(-1)?.ms.toFixed(0)} ms, d3-force ${forces.at(-1)?.ms.toFixed(0)} ms`,
    );
  }
  const factor = median(forces.map(({ ms }, round) => ms / (project[round]?.ms ?? Number.NaN)));
  const kept = [project, forces].map(([first]) => first && neighboursKept(graph, first.places));
  const text = (measure: keyof NeighboursKept): string =>
    kept.map((shares) => `${(100 * (shares?.[measure] ?? 0)).toFixed(1)} %`).join(' against ');
  return [
    {
      subject: `layout, ${grouped(count)} vertices, ${grouped(graph.edges.length)} edges, compared with d3-force with ${TICKS} ticks`,
      target: '≥ 20x, stretch 50x',
      measured: `${median(project.map(({ ms }) => ms)).toFixed(0)} ms, d3-force ${(median(forces.map(({ ms }) => ms)) / 1000).toFixed(1)} s: ${factor.toFixed(0)}x`,
    },
    {
      subject:
        '… neighbours in the graph that are among the nearest points: as many points as neighbours; at least ten points',
      target: 'no worse',
      measured: `${text('sameNumber')}; ${text('atLeastTen')}`,
    },
  ];
}

interface TimedLayout {
  readonly ms: number;
  readonly places: Places;
}

function timed(layOut: () => Places): TimedLayout {
  const startedMs = performance.now();
  const places = layOut();
  return { ms: performance.now() - startedMs, places };
}

const layoutWithProject = ({ count, edges }: RandomGraph): Places =>
  layoutGraph(
    count,
    Int32Array.from(edges, ([source]) => source),
    Int32Array.from(edges, ([, target]) => target),
  );

/** Uses d3-force as its documentation shows: with a link, a many-body and a centering force. */
function layoutWithForces({ count, edges }: RandomGraph): Places {
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

/** The mean share of a vertex's neighbours in the graph that are among its nearest points in the layout. */
interface NeighboursKept {
  /** Among as many nearest points as the vertex has neighbours. */
  readonly sameNumber: number;
  /** Among the same number of points, but at least ten. */
  readonly atLeastTen: number;
}

function neighboursKept({ count, edges }: RandomGraph, { x, y }: Places): NeighboursKept {
  const neighbours = Array.from({ length: count }, () => new Set<number>());
  for (const [a, b] of edges) {
    neighbours[a]?.add(b);
    neighbours[b]?.add(a);
  }
  const step = Math.max(1, Math.floor(count / SAMPLED));
  let [vertices, sameNumber, atLeastTen] = [0, 0, 0];
  for (let v = 0; v < count; v += step) {
    const neighboursOfVertex = neighbours[v] ?? new Set();
    const { size } = neighboursOfVertex;
    if (size === 0) continue;
    const nearest = nearestTo(v, x, y);
    const shareAmong = (points: number): number =>
      nearest.slice(0, points).filter((other) => neighboursOfVertex.has(other)).length / size;
    vertices += 1;
    sameNumber += shareAmong(size);
    atLeastTen += shareAmong(Math.max(10, size));
  }
  return { sameNumber: sameNumber / vertices, atLeastTen: atLeastTen / vertices };
}

/** Returns all other vertices, nearest first; ties go to the smaller number. */
function nearestTo(v: number, x: Float64Array, y: Float64Array): number[] {
  const distance = Float64Array.from(
    x,
    (left, other) => (left - (x[v] ?? 0)) ** 2 + ((y[other] ?? 0) - (y[v] ?? 0)) ** 2,
  );
  return Array.from(distance.keys())
    .filter((other) => other !== v)
    .sort((a, b) => (distance[a] ?? 0) - (distance[b] ?? 0) || a - b);
}

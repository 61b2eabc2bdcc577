import { counted, grouped, percent } from '../../shared/contract/numbers.ts';
import type { GraphSummary } from '../../shared/contract/summaries.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';
import { hulls } from './communities.ts';
import { framed, plotWidth, TITLE, withoutPlot } from './frame.ts';
import { areaMark, circleMark, labelMark, lineMark } from './graph-marks.ts';
import { placeLabels } from './labels.ts';
import { type Point, placeVertices, type Size } from './layout.ts';
import { LENGTHS, namesOf } from './names.ts';
import { fitted, shortened } from './text.ts';
import { COLOURS } from './theme.ts';

/** Who is recommended what? A part of the graph: users, products, and a line per recommendation. */
export const recommendationGraph: Chart = {
  describe({ graph }) {
    const { shown } = graph;
    if (shown.edges.length === 0) return 'No recommendations to show.';
    const products = shown.vertices.filter(isProduct).length;
    return `${counted(shown.edges.length, 'recommendation')} of ${counted(products, 'product')} to ${counted(shown.vertices.length - products, 'user')}. ${graph.chosen}.`;
  },

  draw(run) {
    const { graph } = run;
    const frame = { title: title(run), description: recommendationGraph.describe(run) };
    if (graph.shown.edges.length === 0) return withoutPlot({ ...frame, notes: [subtitle(run)] });
    const { circles, lines, labels, areas } = arrange(graph);
    return framed(
      {
        ...frame,
        notes: [
          subtitle(run),
          `Shown: ${grouped(circles.length)} of ${counted(graph.vertices, 'vertex', 'vertices')}. ${graph.chosen}.${areas.length > 0 ? ' A shaded area is a community, without those who lie far from it.' : ''}`,
          'The stronger a line, the higher the score. Labels without room, or like another, are left out.',
        ],
        key: [
          { text: 'user', shape: 'circle', fill: COLOURS.user, stroke: COLOURS.userStroke },
          {
            text: 'product: the larger, the more often shown here',
            shape: 'square',
            fill: COLOURS.product,
            stroke: COLOURS.productStroke,
          },
        ],
        height: sizeFor(circles.length).height,
      },
      {
        data: [
          { name: 'areas', values: areas },
          { name: 'lines', values: lines },
          { name: 'circles', values: circles },
          { name: 'labels', values: labels },
        ],
        marks: [areaMark, lineMark, circleMark, labelMark('halo'), labelMark('ink')],
      },
    );
  },
};

/** The more vertices, the higher, up to a limit. */
const sizeFor = (vertices: number): Size => ({
  width: plotWidth({}),
  height: Math.min(640, 200 + 8 * vertices),
});
/** How many vertices have a name: products, those that are linked most first, then users, whose names are smaller. */
const LABELS = 70;
/** Sides of a product's square and of a user's circle, in halves: the area grows with the links. */
const [SMALLEST, LARGEST] = [6, 14];
/** Where no product has more links than a few, none is as large as can be. */
const FEW = 8;
const radiusOf = (links: number, most: number): number =>
  Math.round(10 * Math.sqrt(SMALLEST ** 2 + ((LARGEST ** 2 - SMALLEST ** 2) * links) / Math.max(FEW, most))) /
  10;

const isProduct = ({ id }: { readonly id: string }): boolean => id.startsWith('p:');

function title({ graph, facts: { communities } }: RunData): string {
  const { vertices, edges } = graph.shown;
  const first = vertices.filter(isProduct).sort((a, b) => b.inDegree - a.inDegree)[0];
  if (edges.length === 0 || !first) return 'Nothing is recommended yet';
  // Not of purchases: communities are made from those.
  const { edges: all, crossing, byChance } = communities.edges.recommendedAny;
  if (communities.count <= 1 || all === 0)
    return `${fitted(first.label, plotWidth({}), TITLE.size, 'bold')} leads among the products recommended first`;
  const chance = byChance === null ? '' : `; by chance ${percent(1 - byChance / all)} would`;
  return `${percent(1 - crossing / all)} of the recommendations stay within the user’s own community${chance}`;
}

/** Places everything; what is returned is drawn as it is. */
function arrange({ shown: { vertices, edges } }: GraphSummary) {
  const numbers = new Map(vertices.map(({ id }, index) => [id, index]));
  const ends = edges.map(
    ({ source, target }) => [numbers.get(source) ?? 0, numbers.get(target) ?? 0] as const,
  );
  const communities = vertices.map(({ community }) => community);
  const points = placeTogether(communities, ends);
  const links = new Int32Array(vertices.length);
  for (const [, target] of ends) links[target] = (links[target] ?? 0) + 1;
  const most = links.reduce((highest, own) => Math.max(highest, own), 0);
  const circles = vertices.map((vertex, index) => {
    const product = isProduct(vertex);
    return {
      ...(points[index] ?? { x: 0, y: 0 }),
      kind: product ? 'product' : 'user',
      radius: product ? radiusOf(links[index] ?? 0, most) : SMALLEST,
      text: shortened(vertex.label, LENGTHS[0]),
      fontSize: product ? 13 : 11,
      links: links[index] ?? 0,
    };
  });
  const ranked = circles
    .map((circle, index) => ({ ...circle, label: vertices[index]?.label ?? '' }))
    .sort((a, b) => Number(b.kind === 'product') - Number(a.kind === 'product') || b.links - a.links)
    .slice(0, LABELS);
  const names = namesOf(ranked.map(({ label }) => label));
  const anchors = ranked.map((circle, index) => ({ ...circle, texts: names[index] ?? [] }));
  const lines = linesOf(edges, ends, points);
  return {
    circles,
    lines,
    labels: placeLabels(anchors, { circles, lines, size: sizeFor(vertices.length) }),
    areas: hulls(points, communities),
  };
}

/** Each community is pulled together by a vertex of its own, which is not drawn. */
function placeTogether(
  communities: readonly (number | null)[],
  ends: readonly (readonly [number, number])[],
): Point[] {
  const names = [...new Set(communities)].filter((community) => community !== null);
  const centres = new Map(names.map((community, index) => [community, communities.length + index]));
  const bonds = communities.flatMap((community, index) => {
    const centre = community === null ? undefined : centres.get(community);
    return centre === undefined ? [] : [[index, centre] as const];
  });
  return placeVertices(
    communities.length + names.length,
    [...ends, ...bonds],
    sizeFor(communities.length),
  ).slice(0, communities.length);
}

function linesOf(
  edges: GraphSummary['shown']['edges'],
  ends: readonly (readonly [number, number])[],
  points: readonly Point[],
) {
  const strongest = edges.reduce((most, { score }) => Math.max(most, score), 0);
  return edges.map(({ score }, index) => {
    const [from, to] = (ends[index] ?? [0, 0]).map((end) => points[end]);
    const strength = strongest > 0 ? Math.max(0, score) / strongest : 0;
    return {
      x: from?.x ?? 0,
      y: from?.y ?? 0,
      x2: to?.x ?? 0,
      y2: to?.y ?? 0,
      strength: Math.round(1000 * strength) / 1000,
    };
  });
}

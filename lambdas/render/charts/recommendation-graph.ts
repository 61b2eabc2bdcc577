import type { Spec } from 'vega';
import { counted, grouped, highest, percent } from '../../shared/contract/numbers.ts';
import type { GraphSummary } from '../../shared/contract/summaries.ts';
import { table } from '../../shared/web/html.ts';
import { INNER_WIDTH, PICTURE_WIDTH, TITLE_SIZE } from '../drawing/config.ts';
import { type Frame, framing } from '../drawing/frame.ts';
import { columnsOf } from '../drawing/key.ts';
import { fitted, shortName } from '../drawing/text.ts';
import { hulls } from '../graph/communities.ts';
import { areaMark, circleMark, KIND_SCALES, labelMark, lineMark } from '../graph/graph-marks.ts';
import { placeLabels } from '../graph/labels.ts';
import { type Point, placeVertices, type Size } from '../graph/layout.ts';
import { LENGTHS, namesOf } from '../graph/names.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';

/**
 * Which products are recommended to whom? A part of the graph: users, products, and a line per recommendation.
 *
 * It is in Vega, because Vega-Lite has no marks for a graph whose vertices and labels are placed beforehand.
 */
export const recommendationGraph: Chart = {
  question: 'Which products are recommended to whom?',
  onIndex: 'The recommendation graph',

  describe({ graph }) {
    const { shown } = graph;
    if (shown.edges.length === 0) return 'No recommendations to show.';
    const products = shown.vertices.filter(isProduct).length;
    return `${counted(shown.edges.length, 'recommendation')} of ${counted(products, 'product')} to ${counted(shown.vertices.length - products, 'user')}. ${sentence(graph.chosen)}`;
  },

  draw(run) {
    const { graph, hasPseudonyms = false } = run;
    const frame = { title: title(run), description: recommendationGraph.describe(run) };
    if (graph.shown.edges.length === 0) return vega({ ...frame, notes: [subtitle(run)] }, { height: 1 });
    const { circles, lines, labels, areas } = arrange(graph, hasPseudonyms);
    const notes = [
      subtitle(run),
      `Shown: ${grouped(circles.length)} of ${counted(graph.vertices, 'vertex', 'vertices')}. ${sentence(graph.chosen)}${areas.length > 0 ? ' A shaded area is a community; members far from the others are outside it.' : ''}`,
      `A thicker line is a higher score. A label is left out if there is no room for it, or if it would be the same as another.${hasPseudonyms ? ' Users have no labels, because their ids are pseudonyms.' : ''}`,
    ];
    return vega({ ...frame, notes }, graphOf(sizeFor(circles.length), { areas, lines, circles, labels }));
  },

  numbers: {
    table({ graph: { shown } }) {
      const labels = new Map(shown.vertices.map(({ id, label }) => [id, label]));
      const label = (id: string): string => labels.get(id) ?? id.slice(2);
      return table({
        label: 'Recommendations in the picture',
        header: ['User', 'Rank', 'Product', 'Score'],
        rows: shown.edges.map(({ source, target, rank, score }) => [
          label(source),
          rank,
          label(target),
          score.toFixed(3),
        ]),
        numbers: [1, 3],
      });
    },
  },
};

/** Ends the text with a full stop; some runs wrote it without. */
const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** The names of the kinds of vertices in the key. */
const KEY: Readonly<Record<string, string>> = {
  user: 'user',
  product: 'product: larger where it is shown more often here',
};

const vega = (frame: Frame, plot: Spec): Spec => ({
  $schema: 'https://vega.github.io/schema/vega/v6.json',
  ...(framing(frame) as Pick<Spec, 'title' | 'config'>),
  width: PICTURE_WIDTH,
  // The halo of a label at the border would make the picture wider.
  autosize: { type: 'fit-x', contains: 'padding' },
  ...plot,
});

const graphOf = (
  { height }: Size,
  tables: Readonly<Record<'areas' | 'lines' | 'circles' | 'labels', object[]>>,
): Spec => ({
  height,
  data: Object.entries(tables).map(([name, values]) => ({ name, values })),
  scales: KIND_SCALES,
  legends: [
    {
      shape: 'shape',
      fill: 'fill',
      stroke: 'stroke',
      columns: columnsOf(Object.values(KEY)),
      encode: { labels: { update: { text: { signal: `${JSON.stringify(KEY)}[datum.value]` } } } },
    },
  ],
  marks: [areaMark, lineMark, circleMark, labelMark('halo'), labelMark('ink')],
});

/** The height grows with the number of vertices, up to a limit. */
const sizeFor = (vertices: number): Size => ({
  width: INNER_WIDTH,
  height: Math.min(640, 200 + 8 * vertices),
});
/**
 * The largest number of vertices with a name: products come first, by their number of links, then users, whose names
 * are smaller.
 */
const LABELS = 70;
/**
 * Half the side of a product's square, in pixels, with no link and with the most links; its area grows with the links.
 * A user's circle has the smaller radius.
 */
const [SMALLEST, LARGEST] = [6, 14];
/** If no product has more links than this, none gets the largest size. */
const FEW = 8;
const radiusOf = (links: number, most: number): number =>
  Math.round(10 * Math.sqrt(SMALLEST ** 2 + ((LARGEST ** 2 - SMALLEST ** 2) * links) / Math.max(FEW, most))) /
  10;

const isProduct = ({ id }: { readonly id: string }): boolean => id.startsWith('p:');

function title({ graph, facts: { communities } }: RunData): string {
  const { vertices, edges } = graph.shown;
  const first = vertices.filter(isProduct).sort((a, b) => b.inDegree - a.inDegree)[0];
  if (edges.length === 0 || !first) return 'Nothing is recommended yet';
  // Purchases would prove nothing, because communities are made from them.
  const { edges: all, crossing, byChance } = communities.edges.recommendedAny;
  if (communities.count <= 1 || all === 0)
    return `${fitted(first.label, INNER_WIDTH, TITLE_SIZE, 'bold')} leads among the products recommended first`;
  const chance = byChance === null ? '' : `; by chance it would be ${percent(1 - byChance / all)}`;
  return `${percent(1 - crossing / all)} of recommendations stay in the user’s own community${chance}`;
}

/**
 * Computes the places of all marks, so that Vega only draws them.
 *
 * @param hasPseudonyms Whether users are without labels: a pseudonym says nothing, and takes the room of a product's name.
 */
function arrange({ shown: { vertices, edges } }: GraphSummary, hasPseudonyms: boolean) {
  const numbers = new Map(vertices.map(({ id }, index) => [id, index]));
  const ends = edges.map(
    ({ source, target }) => [numbers.get(source) ?? 0, numbers.get(target) ?? 0] as const,
  );
  const communities = vertices.map(({ community }) => community);
  const points = placeTogether(communities, ends);
  const links = new Int32Array(vertices.length);
  for (const [, target] of ends) links[target] = (links[target] ?? 0) + 1;
  const most = highest(links, 0);
  const circles = vertices.map((vertex, index) => {
    const product = isProduct(vertex);
    return {
      ...(points[index] ?? { x: 0, y: 0 }),
      kind: product ? 'product' : 'user',
      radius: product ? radiusOf(links[index] ?? 0, most) : SMALLEST,
      text: shortName(vertex.label, LENGTHS[0]),
      fontSize: product ? 13 : 11,
      links: links[index] ?? 0,
    };
  });
  const ranked = circles
    .map((circle, index) => ({ ...circle, label: vertices[index]?.label ?? '' }))
    .filter(({ kind }) => !hasPseudonyms || kind === 'product')
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

/** Places the vertices. Each community is pulled together by an additional vertex, which is not drawn. */
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
  const strongest = highest(
    edges.map(({ score }) => score),
    0,
  );
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

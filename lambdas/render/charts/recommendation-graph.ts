import type { Spec } from 'vega';
import type { GraphSummary } from '../../shared/summaries.ts';
import { type Chart, COLOURS, FONT, heading, type RunData, shortened, subtitle } from './chart.ts';
import { placeLabels, placeVertices, type Size } from './layout.ts';

/** Who is recommended what? A part of the graph: users, products, and a line per recommendation. */
export const recommendationGraph: Chart = {
  describe({ graph }) {
    const { shown } = graph;
    if (shown.edges.length === 0) return 'No recommendations to show.';
    const products = shown.vertices.filter(isProduct).length;
    return `${shown.edges.length} recommendations of ${products} products to ${shown.vertices.length - products} users. ${graph.chosen}.`;
  },

  draw(run) {
    const { graph } = run;
    const { vertices } = graph.shown;
    const { circles, lines, labels } = arrange(graph);
    return {
      $schema: 'https://vega.github.io/schema/vega/v6.json',
      ...SIZE,
      padding: 20,
      background: 'white',
      title: heading(title(run), [
        subtitle(run),
        `Shown: ${vertices.length} of ${graph.vertices.toLocaleString('en-US')} vertices. ${graph.chosen}.`,
        'The stronger a line, the higher the score. Labels that would cover something are left out.',
      ]),
      data: [
        { name: 'lines', values: lines },
        { name: 'circles', values: circles },
        { name: 'labels', values: labels },
      ],
      scales: [
        {
          name: 'fill',
          type: 'ordinal',
          domain: ['user', 'product'],
          range: [COLOURS.user.fill, COLOURS.product.fill],
        },
        {
          name: 'stroke',
          type: 'ordinal',
          domain: ['user', 'product'],
          range: [COLOURS.user.stroke, COLOURS.product.stroke],
        },
      ],
      legends: [
        {
          fill: 'fill',
          stroke: 'stroke',
          symbolType: 'circle',
          symbolSize: 160,
          orient: 'none',
          legendX: SIZE.width - 80,
          legendY: -60,
          labelFont: FONT,
          labelFontSize: 13,
        },
      ],
      marks: [lineMark, circleMark, labelMark],
    };
  },
};

const SIZE: Size = { width: 1080, height: 820 };

const isProduct = ({ id }: { readonly id: string }): boolean => id.startsWith('p:');

function title({ graph }: RunData): string {
  const { vertices, edges } = graph.shown;
  const product = vertices.filter(isProduct).sort((a, b) => b.inDegree - a.inDegree)[0];
  return edges.length === 0 || !product
    ? 'Nothing is recommended yet'
    : `${shortened(product.label, 40)} leads among the products recommended first`;
}

/** Places everything; what is returned is drawn as it is. */
function arrange({ shown: { vertices, edges } }: GraphSummary) {
  const numbers = new Map(vertices.map(({ id }, index) => [id, index]));
  const ends = edges.map(
    ({ source, target }) => [numbers.get(source) ?? 0, numbers.get(target) ?? 0] as const,
  );
  const points = placeVertices(vertices.length, ends, SIZE);
  const strongest = Math.max(...edges.map(({ score }) => score), 0);
  const circles = vertices.map((vertex, index) => {
    const links = ends.filter(([, target]) => target === index).length;
    return {
      ...(points[index] ?? { x: 0, y: 0 }),
      kind: isProduct(vertex) ? 'product' : 'user',
      radius: isProduct(vertex) ? 7 + Math.min(7, links) : 5,
      text: shortened(vertex.label, 24),
      fontSize: isProduct(vertex) ? 12 : 10,
      links,
    };
  });
  const lines = edges.map(({ score }, index) => {
    const [from, to] = (ends[index] ?? [0, 0]).map((end) => points[end]);
    return {
      x: from?.x,
      y: from?.y,
      x2: to?.x,
      y2: to?.y,
      strength: strongest > 0 ? Math.max(0, score) / strongest : 0,
    };
  });
  const anchors = circles.toSorted((a, b) => b.radius - a.radius || b.links - a.links);
  return { circles, lines, labels: placeLabels(anchors, circles, SIZE) };
}

type Mark = NonNullable<Spec['marks']>[number];

const lineMark: Mark = {
  type: 'rule',
  from: { data: 'lines' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: { field: 'y' },
      x2: { field: 'x2' },
      y2: { field: 'y2' },
      stroke: { value: '#7b8794' },
      strokeWidth: { signal: '0.6 + 2.6 * datum.strength' },
      strokeOpacity: { signal: '0.25 + 0.55 * datum.strength' },
    },
  },
};

const circleMark: Mark = {
  type: 'symbol',
  from: { data: 'circles' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: { field: 'y' },
      fill: { scale: 'fill', field: 'kind' },
      stroke: { scale: 'stroke', field: 'kind' },
      strokeWidth: { value: 1.2 },
      size: { signal: 'PI * datum.radius * datum.radius' },
    },
  },
};

const labelMark: Mark = {
  type: 'text',
  from: { data: 'labels' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: { field: 'y' },
      text: { field: 'text' },
      align: { field: 'align' },
      baseline: { value: 'middle' },
      font: { value: FONT },
      fontSize: { field: 'fontSize' },
      fontWeight: { signal: "datum.fontSize > 10 ? 'bold' : 'normal'" },
      fill: { signal: "datum.fontSize > 10 ? '#1f5c24' : '#2c5d78'" },
    },
  },
};

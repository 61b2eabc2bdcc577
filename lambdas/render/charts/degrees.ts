import type { Spec } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { DegreeSummary } from '../../shared/summaries.ts';
import { type Chart, COLOURS, counted, FONT, heading, type RunData, subtitle } from './chart.ts';

/** How many links have users and products? A bar per range of degrees, users and products apart. */
export const degrees: Chart = {
  describe: ({ degrees: { users, products } }) =>
    `Degree distribution. Median degree ${median(users)} of users, ${median(products)} of products; highest ${highest(users)} and ${highest(products)}.`,

  draw(run) {
    const { users, products } = run.degrees;
    const rows = [...bins(users, 'Users'), ...bins(products, 'Products')];
    const isLog = highest(users) > WIDE || highest(products) > WIDE;
    const ranges = [...new Set(rows.toSorted((a, b) => a.from - b.from).map(({ range }) => range))];
    const spec: TopLevelSpec = {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      background: 'white',
      padding: 20,
      data: { values: rows },
      facet: {
        row: {
          field: 'kind',
          type: 'nominal',
          sort: ['Users', 'Products'],
          title: null,
          header: {
            labelFontSize: 14,
            labelFontWeight: 'bold',
            labelAngle: 0,
            labelAlign: 'left',
            labelAnchor: 'start',
            labelOrient: 'top',
          },
        },
      },
      resolve: { scale: { x: 'independent', y: 'independent' } },
      spec: {
        width: 760,
        height: 200,
        layer: [
          {
            mark: { type: 'bar', strokeWidth: 1 },
            encoding: {
              color: {
                field: 'kind',
                type: 'nominal',
                legend: null,
                scale: { domain: ['Users', 'Products'], range: [COLOURS.user.fill, COLOURS.product.fill] },
              },
              stroke: {
                field: 'kind',
                type: 'nominal',
                legend: null,
                scale: {
                  domain: ['Users', 'Products'],
                  range: [COLOURS.user.stroke, COLOURS.product.stroke],
                },
              },
            },
          },
          {
            mark: { type: 'text', dy: -7, fontSize: 11 },
            encoding: { text: { field: 'vertices', type: 'quantitative', format: ',d' } },
          },
        ],
        encoding: {
          x: {
            field: 'range',
            type: 'ordinal',
            sort: ranges,
            title: isLog ? 'degree (each bar twice as wide as the one before)' : 'degree',
            axis: { labelAngle: 0 },
          },
          y: {
            field: 'vertices',
            type: 'quantitative',
            title: 'vertices',
            axis: { format: ',d', tickMinStep: 1 },
          },
        },
      },
      config: {
        font: FONT,
        axis: { labelFontSize: 12, titleFontSize: 12, grid: true, gridColor: '#e8ecf0' },
        view: { stroke: null },
      },
    };
    return {
      ...compile(spec).spec,
      title: heading(title(run), [
        subtitle(run),
        'Links of both kinds count: what was bought, and what is recommended (list any). Nothing is left out.',
      ]),
    } satisfies Spec;
  },
};

/** Beyond this degree ranges double, for single degrees could not be told apart. */
const WIDE = 24;

const highest = (rows: DegreeSummary['users']): number => rows.at(-1)?.degree ?? 0;

function median(rows: DegreeSummary['users']): number {
  const half = rows.reduce((sum, { vertices }) => sum + vertices, 0) / 2;
  let seen = 0;
  for (const { degree, vertices } of rows) {
    seen += vertices;
    if (seen >= half) return degree;
  }
  return 0;
}

const title = ({ degrees: { users, products } }: RunData): string =>
  users.length === 0
    ? 'There are no links yet'
    : `Half of the users have ${counted(median(users), 'link')} or fewer, half of the products ${median(products).toLocaleString('en-US')}`;

interface Bin {
  readonly kind: string;
  readonly range: string;
  readonly from: number;
  readonly vertices: number;
}

function bins(rows: DegreeSummary['users'], kind: string): Bin[] {
  const isLog = highest(rows) > WIDE;
  const counts = new Map<number, number>();
  for (const { degree, vertices } of rows) {
    const from = isLog && degree > 0 ? 2 ** Math.floor(Math.log2(degree)) : degree;
    counts.set(from, (counts.get(from) ?? 0) + vertices);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([from, vertices]) => ({
      kind,
      from,
      vertices,
      range: isLog && from > 1 ? `${from}–${2 * from - 1}` : String(from),
    }));
}

import type { Spec } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { type Chart, COLOURS, FONT, heading, type RunData, shortened, subtitle } from './chart.ts';

const SHOWN = 20;

/** Which products does the model push most? A bar per product, most recommended first, beside its rank by sales. */
export const topProducts: Chart = {
  describe: ({ products: { products } }) =>
    products.length === 0
      ? 'No products are recommended.'
      : `The ${Math.min(SHOWN, products.length)} most recommended products; first ${products[0]?.name ?? products[0]?.product}, to ${products[0]?.recommendedTo} users.`,

  draw(run) {
    const rows = run.products.products.slice(0, SHOWN).map((row, index) => ({
      // Two products may have one name: the order is the key.
      key: String(index).padStart(2, '0'),
      name: shortened(row.name ?? row.product, 34),
      recommendedTo: row.recommendedTo,
      note: `${row.recommendedTo.toLocaleString('en-US')} users · no. ${row.salesRank.toLocaleString('en-US')} by buyers`,
    }));
    const names = JSON.stringify(rows.map(({ name }) => name));
    const spec: TopLevelSpec = {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      background: 'white',
      padding: 20,
      width: 560,
      height: { step: 24 },
      data: { values: rows },
      layer: [
        {
          mark: {
            type: 'bar',
            color: COLOURS.product.fill,
            stroke: COLOURS.product.stroke,
            strokeWidth: 1,
            height: 17,
          },
        },
        {
          mark: { type: 'text', align: 'left', dx: 6, fontSize: 12 },
          encoding: { text: { field: 'note', type: 'nominal' } },
        },
      ],
      encoding: {
        y: {
          field: 'key',
          type: 'ordinal',
          title: null,
          axis: {
            labelExpr: `${names}[toNumber(datum.value)]`,
            labelLimit: 320,
            ticks: false,
            domain: false,
          },
        },
        x: {
          field: 'recommendedTo',
          type: 'quantitative',
          title: 'users who have it in their list',
          axis: { format: ',d', tickMinStep: 1 },
        },
      },
      config: {
        font: FONT,
        axis: { labelFontSize: 12, titleFontSize: 12, gridColor: '#e8ecf0' },
        view: { stroke: null },
      },
    };
    return {
      ...compile(spec).spec,
      title: heading(title(run), [subtitle(run), leftOut(run)]),
    } satisfies Spec;
  },
};

function title({ products: { products, recommendations } }: RunData): string {
  if (products.length === 0) return 'Nothing is recommended yet';
  const top = products.slice(0, SHOWN);
  const share = top.reduce((sum, { recommendedTo }) => sum + recommendedTo, 0) / recommendations;
  return `${top.length} products take ${Math.round(100 * share)} % of all recommendations`;
}

const leftOut = ({ products, manifest }: RunData): string =>
  `List any. Shown: the ${Math.min(SHOWN, products.products.length)} most recommended of ${manifest.counts.products.toLocaleString('en-US')} products.`;

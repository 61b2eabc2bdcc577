import { counted, grouped, highest, percent } from '../../shared/contract/numbers.ts';
import { percent as inColumn, table } from '../../shared/web/html.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import { TEXT_SIZE } from '../drawing/config.ts';
import { layered, PERCENT_LABELS, withoutPlot } from '../drawing/frame.ts';
import { widthOf } from '../drawing/text.ts';
import { COLOURS } from '../drawing/theme.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';

/** How evenly do recommendations spread over the products? The Lorenz curve and the line of equality. */
export const lorenz: Chart = {
  question: 'How evenly do recommendations spread over the products?',

  describe(run) {
    const { exposure } = run.facts;
    if (exposure.gini === null) return 'No recommendations to spread: the Top picks are empty.';
    return `Lorenz curve of ${counted(exposure.recommendations, 'recommendation')}, all Top picks. Gini coefficient ${exposure.gini.toFixed(2)} (0: every product is recommended equally often, 1: always the same one). ${inNeither(exposure)}.`;
  },

  draw(run) {
    const { exposure } = run.facts;
    const frame = { title: title(run), description: lorenz.describe(run) };
    if (exposure.gini === null) return withoutPlot({ ...frame, notes: [subtitle(run)] });
    const axis = { labelExpr: PERCENT_LABELS, tickCount: 5, domain: false, ticks: false };
    return layered(
      {
        ...frame,
        notes: [
          subtitle(run),
          `Products by how often they are among the Top picks, least often first. The Gini coefficient, ${exposure.gini.toFixed(2)}, is the coloured share of the triangle. ${inNeither(exposure)}.`,
        ],
      },
      {
        height: HEIGHT,
        data: { values: exposure.lorenz.map(([products, share]) => ({ products, share })) },
        encoding: {
          x: { field: 'products', type: 'quantitative', title: 'share of the products', axis },
          y: { field: 'share', type: 'quantitative', title: 'share of the Top picks', axis },
        },
        layer: [
          {
            mark: { type: 'area', color: COLOURS.product, fillOpacity: 0.45 },
            encoding: {
              y: { field: 'products', type: 'quantitative', title: 'share of the Top picks' },
              y2: { field: 'share' },
            },
          },
          {
            mark: { type: 'line', color: COLOURS.soft, strokeWidth: 1, strokeDash: [5, 4] },
            encoding: { y: { field: 'products', type: 'quantitative' } },
          },
          { mark: { type: 'line', color: COLOURS.productStroke, strokeWidth: 3 } },
          {
            data: { values: [{ products: 0.42, share: 0.42 }] },
            mark: {
              type: 'text',
              text: 'all products equally often',
              align: 'right',
              dx: -6,
              dy: -10,
              color: COLOURS.soft,
            },
          },
          ...halfLayers(run),
        ],
      },
    );
  },

  numbers: {
    table: ({ facts }) =>
      table({
        label: 'How evenly recommendations spread over the products',
        header: ['Share of the products, least recommended first', `Their share of ${LIST_NAMES.any}`],
        rows: facts.exposure.lorenz.map(([products, share]) => [inColumn(products), inColumn(share)]),
        numbers: [0, 1],
      }),
  },
};

const HEIGHT = 400;
/** About the width of the plot. It decides on which side of a point there is room for its name. */
const WIDTH = 510;
/** The gap between a point and its name, in pixels. */
const GAP = 14;
const LINE = 18;

/** Unlike the rest of the picture, this counts both lists. */
const inNeither = ({ neverRecommended }: RunData['facts']['exposure']): string =>
  neverRecommended === 0
    ? 'Every product with a buyer is in one of the lists'
    : `${counted(neverRecommended, 'product with a buyer is', 'products with a buyer are')} in neither list`;

function title(run: RunData): string {
  const { gini, top10Share, half } = run.facts.exposure;
  if (gini === null || top10Share === null || half === null) return 'Nothing is recommended yet';
  const { products } = run.facts;
  return products <= 10
    ? `Half of all Top picks go to ${grouped(half.products)} of ${counted(products, 'product')}`
    : `The ten most recommended products fill ${percent(top10Share)} of all Top picks; ${grouped(half.products)} of ${counted(products, 'product')} ${half.products === 1 ? 'fills' : 'fill'} half`;
}

/**
 * Marks the point of the curve after which come the products that take half. Its name is below it on the right or,
 * without room there, above it on the left. If neither side has room, as with a single product, the point has no name.
 */
function halfLayers({ facts: { exposure, products } }: RunData) {
  const { half } = exposure;
  if (!half) return [];
  const point = { values: [{ products: 1 - half.products / products, share: 1 - half.share }] };
  const lines = ['half go to', counted(half.products, 'product')];
  const [x, y] = [WIDTH * (1 - half.products / products), HEIGHT * half.share];
  const room = highest(lines.map((line) => widthOf(line, TEXT_SIZE))) + GAP;
  const isLow = y + GAP + 1.5 * LINE > HEIGHT;
  const isRight = !isLow && x + room <= WIDTH;
  const name = {
    data: point,
    mark: {
      type: 'text',
      text: lines,
      lineHeight: LINE,
      align: isRight ? 'left' : 'right',
      dx: isRight ? GAP : -GAP,
      dy: isRight ? GAP : -GAP - (isLow ? LINE : 0),
    },
  } as const;
  return [
    {
      data: point,
      mark: {
        type: 'point',
        filled: true,
        size: 110,
        fill: COLOURS.paper,
        stroke: COLOURS.productStroke,
        strokeWidth: 3,
      },
    } as const,
    ...(isRight || x >= room ? [name] : []),
  ];
}

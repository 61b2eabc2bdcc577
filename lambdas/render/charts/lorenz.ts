import { type Chart, type RunData, subtitle } from './chart.ts';
import { framed, PERCENT_LABELS, plotWidth, textMark } from './frame.ts';
import { counted, percent } from './text.ts';
import { COLOURS } from './theme.ts';

/** How evenly do recommendations spread over the products? The Lorenz curve beside the line of equality. */
export const lorenz: Chart = {
  describe({ facts: { exposure } }) {
    if (exposure.gini === null || exposure.top10Share === null)
      return 'No recommendations of list any to spread.';
    return `Lorenz curve of ${counted(exposure.recommendations, 'recommendation')} of list any: Gini coefficient ${exposure.gini.toFixed(2)} (0: all products equally often, 1: always the same one); the ten most recommended products take ${percent(exposure.top10Share)}, ${inNeither(exposure)}.`;
  },

  draw(run) {
    const { exposure } = run.facts;
    const width = plotWidth({ left: LEFT, right: RIGHT });
    return framed(
      {
        title: title(run),
        notes: [
          subtitle(run),
          `Products in order of how often they are recommended (list any), least first. Gini coefficient ${exposure.gini === null ? 'unknown' : exposure.gini.toFixed(2)}: the coloured part of the triangle. ${inNeither(exposure)}.`,
        ],
        description: lorenz.describe(run),
        left: LEFT,
        right: RIGHT,
        bottom: 40,
        height: HEIGHT,
      },
      {
        data: [{ name: 'curve', values: exposure.lorenz.map(([products, share]) => ({ products, share })) }],
        scales: [
          { name: 'x', type: 'linear', domain: [0, 1], range: [0, width] },
          { name: 'y', type: 'linear', domain: [0, 1], range: [HEIGHT, 0] },
        ],
        axes: [
          {
            scale: 'y',
            orient: 'left',
            grid: true,
            domain: false,
            ticks: false,
            tickCount: 5,
            encode: PERCENT_LABELS,
            title: 'share of the recommendations (list any)',
          },
          {
            scale: 'x',
            orient: 'bottom',
            grid: true,
            domain: false,
            ticks: false,
            tickCount: 5,
            encode: PERCENT_LABELS,
            title: 'share of the products',
          },
        ],
        marks: [
          {
            type: 'area',
            from: { data: 'curve' },
            encode: {
              enter: {
                x: { scale: 'x', field: 'products' },
                y: { scale: 'y', field: 'products' },
                y2: { scale: 'y', field: 'share' },
                fill: { value: COLOURS.product },
                fillOpacity: { value: 0.45 },
              },
            },
          },
          {
            type: 'rule',
            encode: {
              enter: {
                x: { value: 0 },
                y: { value: HEIGHT },
                x2: { value: width },
                y2: { value: 0 },
                stroke: { value: COLOURS.soft },
                strokeDash: { value: [5, 4] },
              },
            },
          },
          {
            type: 'line',
            from: { data: 'curve' },
            encode: {
              enter: {
                x: { scale: 'x', field: 'products' },
                y: { scale: 'y', field: 'share' },
                stroke: { value: COLOURS.productStroke },
                strokeWidth: { value: 3 },
              },
            },
          },
          textMark({
            x: { value: 0.42 * width },
            y: { value: 0.58 * HEIGHT - 12 },
            align: { value: 'right' },
            text: { value: 'all equally often' },
            fill: { value: COLOURS.soft },
          }),
        ],
      },
    );
  },
};

const [LEFT, RIGHT, HEIGHT] = [74, 24, 400];

/** Unlike the rest of the picture this counts both lists. */
const inNeither = ({ neverRecommended }: RunData['facts']['exposure']): string =>
  `${counted(neverRecommended, 'product with a buyer stands', 'products with a buyer stand')} in neither list`;

function title({ facts: { exposure } }: RunData): string {
  if (exposure.gini === null || exposure.top10Share === null) return 'Nothing is recommended yet';
  const half = topHalf(exposure.lorenz);
  return half === null
    ? `The ten most recommended products take ${percent(exposure.top10Share)} of the recommendations of list any`
    : `The ten most recommended products take ${percent(exposure.top10Share)} of the recommendations of list any; half of them go to ${percent(half)} of the products`;
}

/** The share of the products, most recommended first, that takes half of the recommendations. */
function topHalf(curve: readonly (readonly [number, number])[]): number | null {
  const after = curve.findIndex(([, share]) => share >= 0.5);
  const [x2, y2] = curve[after] ?? [0, 0];
  const [x1, y1] = curve[after - 1] ?? [0, 0];
  return after < 1 || y2 === y1 ? null : 1 - (x1 + ((x2 - x1) * (0.5 - y1)) / (y2 - y1));
}

import type { Mark } from 'vega';
import { counted, grouped, percent } from '../../shared/contract/numbers.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';
import { framed, PERCENT_LABELS, plotWidth, TEXT_SIZE, textMark, withoutPlot } from './frame.ts';
import { widthOf } from './text.ts';
import { COLOURS } from './theme.ts';

/** How evenly do recommendations spread over the products? The Lorenz curve beside the line of equality. */
export const lorenz: Chart = {
  describe(run) {
    const { exposure } = run.facts;
    if (exposure.gini === null) return 'No recommendations of list any to spread.';
    return `Lorenz curve of ${counted(exposure.recommendations, 'recommendation')} of list any: Gini coefficient ${exposure.gini.toFixed(2)} (0: all products equally often, 1: always the same one). ${inNeither(exposure)}.`;
  },

  draw(run) {
    const { exposure } = run.facts;
    const frame = { title: title(run), description: lorenz.describe(run) };
    if (exposure.gini === null) return withoutPlot({ ...frame, notes: [subtitle(run)] });
    const width = plotWidth({ left: LEFT, right: RIGHT });
    return framed(
      {
        ...frame,
        notes: [
          subtitle(run),
          `Products in order of how often they are recommended (list any), least first. Gini coefficient ${exposure.gini.toFixed(2)}: the coloured part of the triangle. ${inNeither(exposure)}.`,
        ],
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
          ...halfMarks(run, width),
        ],
      },
    );
  },
};

const [LEFT, RIGHT, HEIGHT] = [74, 24, 400];
/** Between a point and its name. */
const GAP = 14;
const LINE = 18;

/** Unlike the rest of the picture this counts both lists. */
const inNeither = ({ neverRecommended }: RunData['facts']['exposure']): string =>
  neverRecommended === 0
    ? 'Every product with a buyer stands in one of the lists'
    : `${counted(neverRecommended, 'product with a buyer stands', 'products with a buyer stand')} in neither list`;

function title(run: RunData): string {
  const { gini, top10Share, half } = run.facts.exposure;
  if (gini === null || top10Share === null || half === null) return 'Nothing is recommended yet';
  return run.facts.products <= 10
    ? `Half of the recommendations of list any go to ${takersOfHalf(run)}`
    : `The ten most recommended products take ${percent(top10Share)} of the recommendations of list any; half go to ${takersOfHalf(run)}`;
}

const takersOfHalf = ({ facts: { exposure, products } }: RunData): string =>
  `${grouped(exposure.half?.products ?? 0)} of ${counted(products, 'product')}`;

/**
 * The point of the curve above which the products lie that take half, with its name beside it: below the curve on the
 * right, above on the left, where the curve is flat as well. One of one product needs no name, and finds no place.
 */
function halfMarks({ facts: { exposure, products } }: RunData, width: number): Mark[] {
  const { half } = exposure;
  if (!half) return [];
  const lines = ['half go to', counted(half.products, 'product')];
  const [x, y] = [width * (1 - half.products / products), HEIGHT * half.share];
  const room = Math.max(...lines.map((line) => widthOf(line, TEXT_SIZE))) + GAP;
  const isLow = y + GAP + 1.5 * LINE > HEIGHT;
  const isRight = !isLow && x + room <= width + RIGHT;
  return [
    {
      type: 'symbol',
      encode: {
        enter: {
          x: { value: x },
          y: { value: y },
          size: { value: 110 },
          fill: { value: COLOURS.paper },
          stroke: { value: COLOURS.productStroke },
          strokeWidth: { value: 3 },
        },
      },
    },
    ...(isRight || x >= room
      ? [
          textMark({
            x: { value: isRight ? x + GAP : x - GAP },
            y: { value: isRight ? y + GAP : y - GAP - (isLow ? LINE : 0) },
            align: { value: isRight ? 'left' : 'right' },
            text: { value: lines },
            lineHeight: { value: LINE },
          }),
        ]
      : []),
  ];
}

import { grouped } from '../../shared/contract/numbers.ts';
import { TEXT_SIZE } from './config.ts';
import type { Layer } from './frame.ts';
import { widthOf } from './text.ts';
import { COLOURS } from './theme.ts';

/**
 * Very high bars are cut, so that the others can be seen. This is done by hand, because Vega-Lite has no bars with a
 * break.
 */

/** With fewer bars than this, not counting empty ones, no height is usual, and nothing is cut. */
const FEWEST = 10;
/**
 * A burst is higher than this many times the median of the bars that are not empty; nearly half of these may be bursts.
 * By chance alone, where sales come in carts, the highest of 400 bars is 9 times the median (exponential distribution:
 * log2(400)).
 */
const TIMES = 12;

/**
 * Returns the height at which bars are cut: the height of the highest bar that is not a burst. One hour with as many
 * sales as a month would make all other bars too low to see.
 *
 * @returns The height of the highest bar if nothing is cut; 0 if there are no bars.
 */
export function cutAbove(counts: readonly number[]): number {
  const heights = counts.filter((count) => count > 0).sort((a, b) => a - b);
  const highest = heights.at(-1) ?? 0;
  if (heights.length < FEWEST) return highest;
  const most = TIMES * (heights[Math.floor((heights.length - 1) / 2)] ?? 0);
  return heights.findLast((height) => height <= most) ?? highest;
}

/**
 * Cut bars that are so close to each other that they share a break. `x` and `x2` are their left and right ends, in
 * pixels from the left of the plot.
 */
export interface Cut {
  readonly x: number;
  readonly x2: number;
  /** The highest of the bars. */
  readonly most: number;
  readonly bars: number;
}

/**
 * Heights in pixels from the top of the plot: the highest point of the other bars, the value above a cut bar, the top
 * of a cut bar, and its break.
 */
export const CUT = { room: 50, text: 9, top: 20, break: 36 } as const;
/** How far a break reaches beyond both sides of its bar, in pixels. */
const BESIDE = 6;

/**
 * Finds the bars to cut, and joins those that share a break.
 *
 * @param height Higher bars are cut.
 * @param x Returns the left side of a bar, in pixels; its right side is the left side of the next one.
 * @returns The cuts from left to right; empty if nothing is cut.
 */
export function cutsOf(counts: readonly number[], height: number, x: (index: number) => number): Cut[] {
  const cuts: Cut[] = [];
  for (const [index, most] of counts.entries()) {
    if (most <= height) continue;
    const [last, x2] = [cuts.at(-1), x(index + 1)];
    if (last && x(index) - last.x2 < 2 * BESIDE)
      cuts[cuts.length - 1] = { x: last.x, x2, most: Math.max(last.most, most), bars: last.bars + 1 };
    else cuts.push({ x: x(index), x2, most, bars: 1 });
  }
  return cuts;
}

/** Functions that turn pixels of the plot into values of its scales. */
export interface Scales {
  readonly x: (pixels: number) => number;
  readonly y: (pixels: number) => number;
  /** Width of the plot in pixels. */
  readonly width: number;
}

/**
 * Makes the layers with the breaks and, above them, the values of the cut bars. Where two values would cover each
 * other, only the higher one is shown. The fields `at` and `height` are on the scales of the bars.
 */
export function cutLayers(cuts: readonly Cut[], { x, y, width }: Scales): Layer[] {
  if (cuts.length === 0) return [];
  const at = { field: 'at', type: 'temporal' } as const;
  const height = { field: 'height', type: 'quantitative' } as const;
  const breaks = cuts.flatMap((cut, number) =>
    [
      { at: x(cut.x - BESIDE), middle: CUT.break },
      { at: x(cut.x2 + BESIDE), middle: CUT.break - 5 },
    ].map(({ at: place, middle }) => ({ cut: number, at: place, low: y(middle + 4), high: y(middle - 4) })),
  );
  const values = valuesOf(cuts, width).map(({ text, middle, half }) => ({
    text,
    at: x(middle),
    left: x(middle - half),
    right: x(middle + half),
    height: y(CUT.text),
    low: y(CUT.text + 8),
    high: y(CUT.text - 8),
  }));
  return [
    {
      data: { name: 'breaks', values: breaks },
      mark: { type: 'area', color: COLOURS.paper },
      encoding: { x: at, y: { ...height, field: 'low' }, y2: { field: 'high' }, detail: { field: 'cut' } },
    },
    ...(['low', 'high'] as const).map(
      (side): Layer => ({
        data: { name: 'breaks' },
        mark: { type: 'line', color: COLOURS.soft, strokeWidth: 1.5 },
        encoding: { x: at, y: { ...height, field: side }, detail: { field: 'cut' } },
      }),
    ),
    {
      // A rectangle below the digits, in the colour of the paper, hides the lines of runs.
      data: { name: 'values', values },
      mark: { type: 'rect', color: COLOURS.paper },
      encoding: {
        x: { ...at, field: 'left' },
        x2: { field: 'right' },
        y: { ...height, field: 'low' },
        y2: { field: 'high' },
      },
    },
    { data: { name: 'values' }, mark: 'text', encoding: { x: at, y: height, text: { field: 'text' } } },
  ];
}

function valuesOf(cuts: readonly Cut[], width: number) {
  return cuts
    .map(({ x, x2, most, bars }) => {
      const text = bars === 1 ? grouped(most) : `up to ${grouped(most)}`;
      const half = widthOf(text, TEXT_SIZE) / 2 + 4;
      return { text, most, half, middle: Math.min(Math.max((x + x2) / 2, half), width - half) };
    })
    .sort((a, b) => b.most - a.most)
    .filter(({ middle, half }, index, all) =>
      all.slice(0, index).every((higher) => Math.abs(higher.middle - middle) >= higher.half + half),
    );
}

import type { Mark } from 'vega';
import { grouped } from '../../shared/contract/numbers.ts';
import { TEXT_SIZE, textMark } from './frame.ts';
import { widthOf } from './text.ts';
import { COLOURS } from './theme.ts';

/** Of fewer bars that have any height nobody can say what is usual. */
const FEWEST = 10;
/**
 * A burst is higher than so many times the median of the bars that have any height, of which nearly half may be bursts.
 * The highest of 400 bars as chance makes them, where sales come in carts, is 9 times the median (exponential: log2(400)).
 */
const TIMES = 12;

/**
 * The height at which bars are cut: that of the highest which is no burst. One hour with as many sales as a month would
 * make all other bars so low that nobody sees them.
 *
 * @returns The height of the highest where nothing is cut; 0 if there are no bars.
 */
export function cutAbove(counts: readonly number[]): number {
  const heights = counts.filter((count) => count > 0).sort((a, b) => a - b);
  const highest = heights.at(-1) ?? 0;
  if (heights.length < FEWEST) return highest;
  const most = TIMES * (heights[Math.floor((heights.length - 1) / 2)] ?? 0);
  return heights.findLast((height) => height <= most) ?? highest;
}

/** Bars that are cut and stand so close that they share a break, in pixels. */
export interface Cut {
  readonly x: number;
  readonly x2: number;
  readonly most: number;
  readonly bars: number;
}

/** The room above all other bars that cut ones have: the value, the bar's top, the break. */
export const CUT = { room: 50, text: 9, top: 20, break: 36 } as const;
/** How far a break stands out on both sides of its bar. */
const BESIDE = 6;

/**
 * @param height Bars above it are cut.
 * @param x The left side of a bar; that of the next is its right side.
 * @returns From left to right; empty if nothing is cut.
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

/** The break through the bars, and above them how high they really are; where two texts would meet, that of the higher. */
export const cutMarks = (cuts: readonly Cut[], width: number): Mark => ({
  type: 'group',
  data: [
    { name: 'breaks', values: cuts.map(breakOf) },
    { name: 'values', values: textsOf(cuts, width) },
  ],
  marks: [
    pathMark('band', { fill: { value: COLOURS.paper } }),
    pathMark('sides', { stroke: { value: COLOURS.soft }, strokeWidth: { value: 1.5 } }),
    groundMark,
    valueMark,
  ],
});

function breakOf({ x, x2 }: Cut) {
  const [left, right] = [x - BESIDE, x2 + BESIDE].map((side) => Math.round(10 * side) / 10);
  const [low, high] = [CUT.break + 4, CUT.break - 4];
  return {
    band: `M${left},${low}L${right},${low - 5}L${right},${high - 5}L${left},${high}Z`,
    sides: `M${left},${low}L${right},${low - 5}M${left},${high}L${right},${high - 5}`,
  };
}

function textsOf(cuts: readonly Cut[], width: number) {
  return cuts
    .map(({ x, x2, most, bars }) => {
      const text = bars === 1 ? grouped(most) : `up to ${grouped(most)}`;
      const half = widthOf(text, TEXT_SIZE) / 2 + 4;
      return { text, most, half, x: Math.min(Math.max((x + x2) / 2, half), width - half) };
    })
    .sort((a, b) => b.most - a.most)
    .filter(({ x, half }, index, all) =>
      all.slice(0, index).every((higher) => Math.abs(higher.x - x) >= higher.half + half),
    )
    .map(({ text, x, half }) => ({ text, x, half }));
}

type Encoding = NonNullable<NonNullable<Mark['encode']>['enter']>;

const pathMark = (field: 'band' | 'sides', encoding: Encoding): Mark => ({
  type: 'path',
  from: { data: 'breaks' },
  encode: { enter: { path: { field }, ...encoding } },
});

/** Keeps lines of runs out of the digits. */
const groundMark: Mark = {
  type: 'rect',
  from: { data: 'values' },
  encode: {
    enter: {
      x: { signal: 'datum.x - datum.half' },
      width: { signal: '2 * datum.half' },
      y: { value: CUT.text - 8 },
      height: { value: 16 },
      fill: { value: COLOURS.paper },
    },
  },
};

const valueMark: Mark = textMark(
  { x: { field: 'x' }, y: { value: CUT.text }, align: { value: 'center' }, text: { field: 'text' } },
  'values',
);

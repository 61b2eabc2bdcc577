import { describe, expect, test } from 'vitest';
import type { RunData } from '../../../../lambdas/render/charts/chart.ts';
import { sales } from '../../../../lambdas/render/charts/sales.ts';
import { toSvg } from '../../../../lambdas/render/draw.ts';
import { CUT, cutAbove, cutsOf } from '../../../../lambdas/render/drawing/bursts.ts';
import { COLOURS } from '../../../../lambdas/render/drawing/theme.ts';
import { seeded } from '../../../../local/shop/random.ts';
import { runDataOf, sampleRun } from '../../samples.ts';
import { itemsOf, plotWidthOf, scaleOf } from '../charts/items.ts';

/** If one hour has as many sales as a month, the picture still shows the month. */

const HOUR_MS = 3_600_000;
/** Days of a shop that sells little at night: 2, 60, 90 and 70 in six hours. */
const usual = Array.from({ length: 360 }, (_, index) => [2, 60, 90, 70][index % 4] ?? 0);
const withBursts = (bursts: Readonly<Record<number, number>>): number[] =>
  usual.map((count, index) => bursts[index] ?? count);

const sold = (counts: readonly number[]): RunData => {
  const run = runDataOf(sampleRun(1));
  const bucketMs = 6 * HOUR_MS;
  return { ...run, sales: { bucketMs, fromMs: Date.UTC(2026, 3, 2), counts: [...counts] } };
};

describe('bars are cut', () => {
  test('not in usual days: nights and weekends are not bursts', () => {
    expect(cutAbove(usual)).toBe(90);
    expect(cutAbove(usual.map((count, index) => (index % 28 < 8 ? 4 * count : count)))).toBe(360);
  });

  test('not if there are few bars, of which none is usual, or no bars', () => {
    expect(cutAbove([1, 1, 1, 5_000])).toBe(5_000);
    expect(cutAbove([])).toBe(0);
    expect(cutAbove([0, 0])).toBe(0);
  });

  test('above the highest of the others, whether one hour or a week is higher', () => {
    expect(cutAbove(withBursts({ 300: 5_000 }))).toBe(90);
    expect(cutAbove(usual.map((count, index) => (index < 28 ? 40 * count + 5_000 : count)))).toBe(90);
  });

  test('in a shop with sales in few hours, even if there are several bursts', () => {
    const few = Array.from({ length: 200 }, (_, index) => (index % 9 === 0 ? 3 : 0));
    const bursts = Object.fromEntries([0, 100, 101, 104, 108].map((index) => [index, 1_000 + index]));
    expect(cutAbove(few.map((count, index) => bursts[index] ?? count))).toBe(3);
  });

  test('not in random hours with few carts each', () => {
    const random = seeded(3);
    const hours = Array.from({ length: 400 }, () => Math.ceil(-20 * Math.log(1 - random.unit())));
    expect(Math.max(...hours)).toBeGreaterThan(100);
    expect(cutAbove(hours)).toBe(Math.max(...hours));
  });

  test('if there are at least ten bars', () => {
    const bars = (count: number) => [...Array.from({ length: count - 1 }, () => 2), 0, 0, 900];
    expect([cutAbove(bars(10)), cutAbove(bars(9))]).toEqual([2, 900]);
  });

  test('with one break for neighbouring bars', () => {
    const counts = withBursts({ 100: 5_000, 101: 9_000, 200: 700 });
    expect(cutsOf(counts, 90, (index) => 2 * index)).toEqual([
      { x: 200, x2: 204, most: 9_000, bars: 2 },
      { x: 400, x2: 402, most: 700, bars: 1 },
    ]);
    expect(cutsOf(usual, 90, (index) => index)).toEqual([]);
  });

  test('with one break where two breaks, which extend 6 pixels on both sides, would meet', () => {
    const cutsAt = (step: number) =>
      cutsOf([700, 0, 700], 90, (index) => step * index).map(({ bars }) => bars);
    // The gap between two bars is one step.
    expect([cutsAt(7), cutsAt(11.9), cutsAt(12)]).toEqual([[2], [2], [1, 1]]);
  });
});

describe('a picture of sales with a burst', () => {
  test('has the scale of the other bars, the value above the cut bar, and a note about it', async () => {
    const spec = sales.draw(sold(withBursts({ 300: 5_000 })));
    // The highest of the others reaches the room above, which only cut bars use.
    const y = await scaleOf(spec, 'y');
    expect(y(0)).toBe(260);
    expect(y(90)).toBeCloseTo(CUT.room);
    const svg = await toSvg(spec);
    expect(svg).toMatch(/>5,000<\/text>/);
    expect(svg).toContain('1 bar is cut, so that the others can be seen: 5,000 on 2026-06-16 00:00.');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('has paper below the whole value, which hides the lines of runs', async () => {
    const spec = sales.draw(sold(withBursts({ 300: 5_000 })));
    const [value] = (await itemsOf(spec, 'text')).filter(({ text }) => text === '5,000');
    if (!value) throw new Error('The value is not drawn');
    const { x1, x2, y1, y2 } = value.bounds;
    const grounds = (await itemsOf(spec, 'rect')).filter(({ fill, bounds }) => {
      const isBeneath = bounds.x1 <= x1 && bounds.x2 >= x2 && bounds.y1 <= y1 && bounds.y2 >= y2;
      return fill === COLOURS.paper && isBeneath;
    });
    expect(grounds).toHaveLength(1);
  });

  test('names the three highest of many cut bars, and no value covers another', async () => {
    const bursts = { 10: 1_000, 20: 2_000, 30: 3_000, 200: 4_000, 359: 5_000 };
    const spec = sales.draw(sold(withBursts(bursts)));
    const svg = await toSvg(spec);
    const text = svg.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      '5 bars are cut, so that the others can be seen: 5,000 on 2026-06-30 18:00, 4,000 on 2026-05-22 00:00, 3,000 on 2026-04-09 12:00 and 2 lower ones.',
    );
    // The first three are 15 pixels apart, so only the highest of them has its value.
    expect(
      ['1,000', '2,000', '3,000', '4,000', '5,000'].filter((value) => svg.includes(`>${value}<`)),
    ).toEqual(['3,000', '4,000', '5,000']);
    const [last] = (await itemsOf(spec, 'text')).filter(({ text }) => text === '5,000');
    expect(last?.bounds.x2).toBeLessThan(await plotWidthOf(spec));
  });

  test('equals a picture without cuts if there is no burst', () => {
    const spec = sales.draw(sold(usual));
    expect(JSON.stringify(spec)).not.toMatch(/breaks|are cut|is cut/);
  });
});

import { expect, test } from 'vitest';
import type { RunData } from '../../../../lambdas/render/charts/chart.ts';
import { CHARTS } from '../../../../lambdas/render/charts/registry.ts';
import { toSvg } from '../../../../lambdas/render/draw.ts';
import { runDataOf, sampleRun } from '../../samples.ts';
import { itemsOf, scaleOf } from './items.ts';

/** The places of marks in the pictures of unusual shops. */

const run = runDataOf(sampleRun(1));

const exposed = (products: number, half: number): RunData => {
  const lorenz = [
    [0, 0],
    [1 - half / products, 0],
    [1, 1],
  ] as RunData['facts']['exposure']['lorenz'];
  const exposure = { ...run.facts.exposure, half: { products: half, share: 1 }, lorenz };
  return { ...run, facts: { ...run.facts, products, exposure } };
};

test.each([2, 4, 30])(
  'if one of %i products takes everything, its name is within the plot',
  async (products) => {
    const spec = CHARTS.lorenz.draw(exposed(products, 1));
    const [name] = (await itemsOf(spec, 'text')).filter(({ text }) => text?.[0] === 'half go to');
    expect(name?.bounds.y2).toBeLessThan(Number((spec as { height: number }).height));
    expect(name?.bounds.x1).toBeGreaterThan(0);
  },
);

/** A run with a difference between Top picks and the best baseline alone. */
const decided = (low: number, high: number): RunData => {
  const overBaseline = { value: (low + high) / 2, n: 9, low, high };
  const any = { orderedBy: 'trees', baseline: 'popularity', overBaseline, overServed: null } as const;
  const gate = { served: null, any, new: null };
  return { ...run, runs: run.runs.map((outcome) => ({ ...outcome, gate })) };
};

test.each([
  [0.02, 0.08],
  [-0.08, -0.02],
  [-0.01, 0.09],
])(
  'differences from %d to %d and 0 fill the width of the plot, with room on both sides',
  async (low, high) => {
    const [from = 0, to = 0] = (await scaleOf(CHARTS.decision.draw(decided(low, high)), 'x')).domain();
    const [least, most] = [Math.min(0, low), Math.max(0, high)];
    expect(from).toBeLessThan(least);
    expect(to).toBeGreaterThan(most);
    expect((most - least) / (to - from)).toBeGreaterThan(0.85);
  },
);

test('a list that was not measured takes only the room of one sentence', async () => {
  const { quality } = run.manifest;
  const measured = quality.any ?? quality.new;
  const heightOf = async (lists: RunData['manifest']['quality']) => {
    const runs = run.runs.map((outcome) => ({ ...outcome, quality: lists }));
    const spec = CHARTS.quality.draw({ ...run, manifest: { ...run.manifest, quality: lists }, runs });
    const texts = (await itemsOf(spec, 'text')).map(({ text }) => text);
    expect(texts.filter((text) => text === 'run')).toHaveLength(1);
    return Number(/ height="(\d+)"/.exec(await toSvg(spec))?.[1]);
  };
  const whole = await heightOf({ any: measured, new: measured });
  expect(await heightOf({ any: measured, new: null })).toBeLessThan(whole - 140);
  expect(await heightOf({ any: null, new: measured })).toBeLessThan(whole - 140);
});

test('the bars of all degrees are within the plot, also the bar of degree 0', async () => {
  const rows = [0, 1, 2].map((degree) => ({ degree, vertices: 5 }));
  const bars = await itemsOf(
    CHARTS.degrees.draw({ ...run, degrees: { users: rows, products: rows } }),
    'rect',
  );
  const stems = bars.filter(({ fill }) => fill !== 'transparent' && fill !== undefined);
  expect(stems.length).toBe(6);
  expect(Math.min(...stems.map(({ bounds }) => bounds.x1))).toBeGreaterThan(0);
});

test('bars of degrees begin at the axis and are as high as their counts', async () => {
  const rows = [40, 20, 10].map((vertices, degree) => ({ degree, vertices }));
  const spec = CHARTS.degrees.draw({ ...run, degrees: { users: rows, products: rows } });
  const stems = (await itemsOf(spec, 'rect')).filter(({ fill }) => fill !== 'transparent' && fill);
  const heights = stems.map(({ bounds }) => Math.round(bounds.y2 - bounds.y1 - 1));
  expect(heights).toEqual([220, 110, 55, 220, 110, 55]);
  expect(new Set(stems.map(({ bounds }) => bounds.y2)).size).toBe(1);
});

test.each([
  [20, 100_000],
  [10_000, 100],
  [999, 20_000],
  [1_000_000, 1_000_000],
])(
  'degrees up to %i of %i users keep the width of all pictures, and no label covers the title of its axis',
  async (degree, users) => {
    const rows = [
      { degree: 1, vertices: users },
      { degree, vertices: 1 },
    ];
    const spec = CHARTS.degrees.draw({ ...run, degrees: { users: rows, products: rows } });
    expect(/ width="(\d+)"/.exec(await toSvg(spec))?.[1]).toBe('640');
    const texts = await itemsOf(spec, 'text');
    const titles = texts.filter(({ text, angle }) => angle === -90 && text !== '');
    const labels = texts.filter(({ align }) => align === 'right');
    expect(labels.length).toBeGreaterThan(4);
    // Both are placed from the left end of the plot.
    for (const title of titles)
      for (const { bounds } of labels) expect(bounds.x1).toBeGreaterThanOrEqual(title.bounds.x2);
  },
);

import { parse, type Spec, View } from 'vega';
import { expect, test } from 'vitest';
import type { RunData } from '../../../../lambdas/render/charts/chart.ts';
import { CHARTS } from '../../../../lambdas/render/charts/registry.ts';
import { runDataOf, sampleRun } from '../../samples.ts';

/** Where marks stand in the pictures of shops that are unlike others. */

const run = runDataOf(sampleRun(1));

interface Item {
  readonly marktype?: string;
  readonly items?: readonly Item[];
  readonly bounds: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  readonly fill?: string;
  readonly text?: string | readonly string[];
}

/** What is drawn, within the group that holds it. */
async function itemsOf(spec: Spec, type: string): Promise<Item[]> {
  const view = await new View(parse(spec), { renderer: 'none' }).runAsync();
  const found: Item[] = [];
  const walk = (item: Item): void => {
    if (item.marktype === type) found.push(...(item.items ?? []));
    for (const inner of item.items ?? []) walk(inner);
  };
  walk((view.scenegraph() as unknown as { root: Item }).root);
  view.finalize();
  return found;
}

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
  'where one of %i products takes everything its name stands in the plot',
  async (products) => {
    const spec = CHARTS.lorenz.draw(exposed(products, 1));
    const [name] = (await itemsOf(spec, 'text')).filter(({ text }) => text?.[0] === 'half go to');
    expect(name?.bounds.y2).toBeLessThan(Number(spec.height));
    expect(name?.bounds.x1).toBeGreaterThan(0);
  },
);

test('bars of degrees stand within the plot, that of none too', async () => {
  const rows = [0, 1, 2].map((degree) => ({ degree, vertices: 5 }));
  const bars = await itemsOf(
    CHARTS.degrees.draw({ ...run, degrees: { users: rows, products: rows } }),
    'rect',
  );
  const stems = bars.filter(({ fill }) => fill !== 'transparent' && fill !== undefined);
  expect(stems.length).toBe(6);
  expect(Math.min(...stems.map(({ bounds }) => bounds.x1))).toBeGreaterThan(0);
});

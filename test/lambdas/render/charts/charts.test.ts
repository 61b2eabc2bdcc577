import { parse, type Spec, View, Warn } from 'vega';
import { describe, expect, test, vi } from 'vitest';
import type { RunData } from '../../../../lambdas/render/charts/chart.ts';
import { CHART_NAMES, CHARTS, type ChartName } from '../../../../lambdas/render/charts/registry.ts';
import { toSvg, toVega } from '../../../../lambdas/render/draw.ts';
import { PICTURE_WIDTH } from '../../../../lambdas/render/drawing/config.ts';
import { fileOf, type Specification } from '../../../../lambdas/render/drawing/specification.ts';
import type { RunCost } from '../../../../lambdas/shared/contract/run-cost.ts';
import { sampleCost, sampleReceipt } from '../../cost-samples.ts';
import { largeRun } from '../../large-sample.ts';
import { ATTACK, runDataOf, sampleRun } from '../../samples.ts';
import { itemsOf } from './items.ts';
import { titleOf } from './title.ts';

const run = runDataOf(sampleRun(1));
const emptyRun = runDataOf(sampleRun(1, { isEmpty: true }));
const large = largeRun();

/** Returns the warnings of Vega-Lite and Vega while they compile, read and evaluate a specification. */
async function complaints(make: () => Specification): Promise<unknown[]> {
  const said: unknown[] = [];
  const spies = (['warn', 'error'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((...text) => void said.push(...text)),
  );
  const view = new View(parse(toVega(make())), { renderer: 'none', logLevel: Warn });
  try {
    await view.toSVG();
    return said;
  } finally {
    view.finalize();
    for (const spy of spies) spy.mockRestore();
  }
}

/** A text in the picture of an empty run, and the start of its alternative text. */
const NOTHING: Readonly<Partial<Record<ChartName, readonly [string, RegExp]>>> = {
  'recommendation-graph': ['Nothing is recommended yet', /^No recommendations/],
  'top-products': ['Nothing is recommended yet', /^No products/],
  exposure: ['This is the first run: nothing to compare it with', /^There is no earlier run/],
  lorenz: ['Nothing is recommended yet', /^No recommendations/],
  degrees: ['There are no links yet', /^Users have a median of 0 links and at most 0/],
  quality: ['Run 1 could not be measured', /^No quality/],
  decision: ['Run 1 has no decision yet', /^No differences/],
  segments: ['Quality by user and product was not measured', /^No segments/],
  sales: ['There are no sales yet', /^No sales/],
  cost: ['No run is billed yet', /^No receipts/],
};

describe.each(CHART_NAMES)('%s', (name) => {
  test.each([
    ['a small run', run],
    ['an empty run', emptyRun],
    ['a large run', large],
  ])('of %s is a specification that Vega-Lite and Vega accept without a warning', async (_what, data) => {
    expect(await complaints(() => CHARTS[name].draw(data))).toEqual([]);
  });

  test('of an empty run says so, in the picture and in its alternative text', async () => {
    const [said, text] = NOTHING[name] ?? [await titleOf(name, emptyRun), /^./];
    expect(said).not.toBe('');
    const svg = await toSvg(CHARTS[name].draw(emptyRun));
    expect(svg).toContain(said);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(CHARTS[name].describe(emptyRun)).toMatch(text);
  });

  test('depends on the run alone, and does not change it', () => {
    const before = structuredClone(large);
    expect(CHARTS[name].draw(large)).toEqual(CHARTS[name].draw(large));
    expect(large).toEqual(before);
  });

  test('has the committed specification', async () => {
    for (const [size, data] of [
      ['', run],
      ['.large', large],
    ] as const) {
      const spec = CHARTS[name].draw(data);
      const { file } = fileOf(`${name}${size}`, spec);
      await expect(`${JSON.stringify(spec, undefined, 2)}\n`).toMatchFileSnapshot(`specs/${file}`);
    }
  });

  test('contains all its data, so that the specification opens anywhere', () => {
    for (const data of [run, large]) expect(JSON.stringify(CHARTS[name].draw(data))).not.toMatch(/"url":/);
  });

  test('shows the number, the newest sale and the size of its run', async () => {
    expect(await toSvg(CHARTS[name].draw(run))).toContain(
      'Run 1 · newest sale 2026-06-30 · 12 sales, 3 users, 4 products',
    );
  });

  test('has an alternative text, which in the picture follows the finding', async () => {
    const text = CHARTS[name].describe(large);
    expect(text).toMatch(/\d.*\.$/);
    expect(await toSvg(CHARTS[name].draw({ ...large, graph: run.graph }))).toMatch(
      /^<svg role="img" aria-label="[^"]+\."/,
    );
    expect(CHARTS[name].draw(run).description).toBe(
      `${await titleOf(name, run)}. ${CHARTS[name].describe(run)}`,
    );
  });

  test('has opacity only in fills and lines, because a half-transparent mark makes drawing the PNG slower', async () => {
    const svg = await toSvg(CHARTS[name].draw(large));
    expect(svg.match(/ opacity="0?\.\d+"/g)).toBeNull();
  });

  test('is as wide as all other charts', async () => {
    const svg = await toSvg(CHARTS[name].draw(large));
    expect(svg).toContain(` width="${PICTURE_WIDTH}"`);
  });
});

test.each(['recommendation-graph', 'top-products', 'exposure', 'lorenz', 'quality', 'segments'] as const)(
  '%s of an empty run is a frame without a plot and without a note about one',
  async (name) => {
    const spec = CHARTS[name].draw(emptyRun);
    expect((spec as { height: number }).height).toBe(1);
    const drawn = await Promise.all(
      ['text', 'symbol', 'rule', 'rect', 'line', 'area', 'path'].map((type) => itemsOf(spec, type)),
    );
    // The title and the line below it.
    expect(drawn.map(({ length }) => length)).toEqual([2, 0, 0, 0, 0, 0, 0]);
  },
);

/** The titles state the findings, which are known from the sample. */
test.each<[ChartName, string]>([
  [
    'recommendation-graph',
    '75 % of recommendations stay in the user’s own community; by chance it would be 25 %',
  ],
  ['top-products', 'All 3 products we recommend most are bestsellers'],
  ['lorenz', 'Half of all Top picks go to 1 of 4 products'],
  ['degrees', 'The median user has 2 links, the median product 1'],
  ['quality', 'Top picks rank 2 times as well as popularity, the best method without a model'],
  ['sales', '12 sales in 3 hours'],
])('the title of %s states the finding', async (name, title) => {
  expect(await titleOf(name, run)).toBe(title);
});

test('the title states what the last run cost, how that changed, and failed attempts if they took a tenth', async () => {
  const titleWith = (...costs: readonly RunCost[]) => titleOf('cost', { ...run, costs });
  expect(await titleWith()).toBe('No run is billed yet');
  expect(await titleWith(sampleCost(1, { hours: null }))).toBe('The bill of every run is unknown');
  expect(await titleWith(sampleCost(1), sampleCost(2, { hours: null }))).toBe('Run 1 cost $0.10');
  expect(await titleWith(sampleCost(1))).toBe('Run 1 cost $0.10');
  expect(await titleWith(sampleCost(1), sampleCost(2))).toBe('Run 2 cost $0.10, about as much as run 1');
  expect(await titleWith(sampleCost(1), sampleCost(2, { hours: 0.2 }))).toBe(
    'Run 2 cost $0.20, 91 % more than run 1',
  );
  const [failed, second] = [
    sampleReceipt({ run: 2, succeeded: false }),
    sampleReceipt({ run: 2, attempt: 2 }),
  ];
  expect(await titleWith(sampleCost(1), { run: 2, receipts: [failed, second], unreadable: 0 })).toBe(
    'Failed attempts took 30 % of the $0.31 that 2 runs cost',
  );
});

test('the picture of costs says what is unknown, and what was measured on one machine', async () => {
  const svg = await toSvg(
    CHARTS.cost.draw({ ...run, costs: [sampleCost(1, { hours: null }), sampleCost(2, { isLocal: true })] }),
  );
  const text = svg.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  expect(text).toContain('Part of the bill is unknown for 1 run (“+ ?”).');
  expect(text).toContain('$0.0092 + ?');
  expect(text).toContain('nothing was paid');
});

test('the title states the decision of the gate: promoted, refused, or none yet', async () => {
  const decided = (outcome: Partial<RunData['runs'][number]>): RunData => ({
    ...large,
    runs: large.runs.map((each) => (each.run === 50 ? { ...each, ...outcome } : each)),
  });
  const titleWith = (outcome: Partial<RunData['runs'][number]>) => titleOf('decision', decided(outcome));
  expect(await titleWith({})).toBe('Run 50 was promoted and replaced run 49');
  expect(await titleWith({ decision: 'refused' })).toBe('Run 50 was refused; run 49 stays in service');
  expect(await titleWith({ gate: { served: null, any: null, new: null } })).toBe(
    'Run 50 was promoted, compared with the baselines only',
  );
  expect(await titleWith({ decision: null })).toBe('Run 50 has no decision yet');
});

test('a product that is often recommended and rarely bought is not a bestseller', async () => {
  const [first, ...others] = run.products.products;
  if (!first) throw new Error('The sample has no product');
  expect(CHARTS['top-products'].describe(run)).toBe(
    'The 3 most recommended products take 100 % of the Top picks. The first is Blue lamp, for 2 users. All of them are among the 3 with the most buyers.',
  );
  const products = { ...run.products, products: [{ ...first, salesRank: 4 }, ...others] };
  expect(CHARTS['top-products'].describe({ ...run, products })).toContain(
    '1 of them is not among the 3 with the most buyers.',
  );
  await expect(titleOf('top-products', { ...run, products })).resolves.toBe(
    '1 of the 3 products we recommend most is not a bestseller',
  );
});

test('the median counts vertices: for three users with 2, 2 and 3 links it is 2; for four products with 1, 1, 1 and 40 it is 1', () => {
  expect(CHARTS.degrees.describe(run)).toBe(
    'Users have a median of 2 links and at most 3; products have a median of 1 and at most 40.',
  );
});

test('a product named <script> is shown as text', async () => {
  const svg = await toSvg(CHARTS['top-products'].draw(run));
  expect(svg).toContain(ATTACK.replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
  expect(svg).not.toContain('<script');
});

interface Place {
  readonly x: number;
  readonly y: number;
  readonly x2: number;
  readonly y2: number;
  readonly text: string;
}

test('an edge leads from its user to its product, even if both have the same id', () => {
  const { data = [] } = CHARTS['recommendation-graph'].draw(run) as Spec;
  const values = (name: string) => (data.find((table) => table.name === name) as { values: Place[] }).values;
  const [circles, lines] = [values('circles'), values('lines')];
  const labelAt = (x: number, y: number) => circles.find((circle) => circle.x === x && circle.y === y)?.text;
  expect(lines.map(({ x, y, x2, y2 }) => [labelAt(x, y), labelAt(x2, y2)])).toEqual([
    ['ann', 'Blue lamp'],
    ['ann', '<script>alert("lamp…'],
    ['bob', 'Blue lamp'],
    ['bob', 'Lamp with the id of…'],
  ]);
});

import { parse, type Spec, View, Warn } from 'vega';
import { describe, expect, test, vi } from 'vitest';
import { COLOURS, shortened } from '../../../../lambdas/render/charts/chart.ts';
import { placeLabels, placeVertices } from '../../../../lambdas/render/charts/layout.ts';
import { CHART_NAMES, CHARTS } from '../../../../lambdas/render/charts/registry.ts';
import { toSvg } from '../../../../lambdas/render/draw.ts';
import { seeded } from '../../../../local/random.ts';
import { sampleRun } from '../../samples.ts';

const { manifest, documents } = sampleRun(1);
const run = {
  manifest,
  graph: documents['summary/graph.json'],
  degrees: documents['summary/degrees.json'],
  products: documents['summary/products.json'],
};

const empty = sampleRun(1, { isEmpty: true });
const emptyRun = {
  manifest: empty.manifest,
  graph: empty.documents['summary/graph.json'],
  degrees: empty.documents['summary/degrees.json'],
  products: empty.documents['summary/products.json'],
};

/** What Vega says while it reads and evaluates a specification; Vega-Lite says its part while the chart is made. */
async function complaints(make: () => Spec): Promise<unknown[]> {
  const said: unknown[] = [];
  const spies = (['warn', 'error'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((...text) => void said.push(...text)),
  );
  const view = new View(parse(make()), { renderer: 'none', logLevel: Warn });
  try {
    await view.toSVG();
    return said;
  } finally {
    view.finalize();
    for (const spy of spies) spy.mockRestore();
  }
}

describe.each(CHART_NAMES)('%s', (name) => {
  test('is a specification that Vega and Vega-Lite take without a word', async () => {
    expect(await complaints(() => CHARTS[name].draw(run))).toEqual([]);
  });

  test('of a run of nothing says so, in the picture and in its text', async () => {
    expect(await toSvg(CHARTS[name].draw(emptyRun))).toContain(
      {
        'recommendation-graph': 'Nothing is recommended yet',
        'top-products': 'Nothing is recommended yet',
        degrees: 'There are no links yet',
      }[name],
    );
    expect(await toSvg(CHARTS[name].draw(emptyRun))).not.toMatch(/NaN|Infinity|undefined/);
    expect(CHARTS[name].describe(emptyRun)).toMatch(/^No |Median degree 0 of users, 0 of products/);
  });

  test('is a function of the run: it changes nothing in it, and is the same twice', () => {
    const before = structuredClone(run);
    expect(CHARTS[name].draw(run)).toEqual(CHARTS[name].draw(run));
    expect(run).toEqual(before);
  });

  test('has the specification that was looked at', async () => {
    await expect(`${JSON.stringify(CHARTS[name].draw(run), undefined, 2)}\n`).toMatchFileSnapshot(
      `${name}.vg.json`,
    );
  });

  test('says on the picture which run it shows, of when and how many', async () => {
    expect(await toSvg(CHARTS[name].draw(run))).toContain(
      'Run 1 · newest sale 2026-06-30 · 12 sales, 3 users, 4 products',
    );
  });

  test('has a text for those who cannot see it', () => {
    expect(CHARTS[name].describe(run)).toMatch(/\d.*\.$/);
  });
});

test('users are light blue, products light green', () => {
  expect([COLOURS.user.fill, COLOURS.product.fill]).toEqual(['lightblue', 'lightgreen']);
});

test('the title of the top products states the finding: three products take all four recommendations', async () => {
  expect(await toSvg(CHARTS['top-products'].draw(run))).toContain(
    '3 products take 100 % of all recommendations',
  );
});

test('the median is of vertices: of three users with 2, 2 and 3 links it is 2; of four products with 1, 1, 1 and 40 it is 1', () => {
  expect(CHARTS.degrees.describe(run)).toBe(
    'Degree distribution. Median degree 2 of users, 1 of products; highest 3 and 40.',
  );
});

test('a name is cut to its length between letters, and stands on one line', () => {
  expect(shortened('Lamp', 4)).toBe('Lamp');
  expect(shortened('Blue lamp', 6)).toBe('Blue…');
  expect(shortened('💡💡💡', 2)).toBe('💡…');
  expect(shortened(' Blue\n\tlamp ')).toBe('Blue  lamp');
});

interface Place {
  readonly x: number;
  readonly y: number;
  readonly x2: number;
  readonly y2: number;
  readonly text: string;
}

test('an edge leads from its user to its product, also where both have the same id', () => {
  const { data = [] } = CHARTS['recommendation-graph'].draw(run);
  const values = (name: string) => (data.find((table) => table.name === name) as { values: Place[] }).values;
  const [circles, lines] = [values('circles'), values('lines')];
  const labelAt = (x: number, y: number) => circles.find((circle) => circle.x === x && circle.y === y)?.text;
  expect(lines.map(({ x, y, x2, y2 }) => [labelAt(x, y), labelAt(x2, y2)])).toEqual([
    ['ann', 'Blue lamp'],
    ['ann', '<script>alert("lamp")</…'],
    ['bob', 'Blue lamp'],
    ['bob', 'Lamp with the id of a u…'],
  ]);
});

describe('the layout of a hundred vertices', () => {
  const size = { width: 1000, height: 800 };
  const random = seeded(5);
  const ends = Array.from({ length: 150 }, () => [random.below(60), 60 + random.below(40)] as const);
  const points = placeVertices(100, ends, size);

  test('keeps all of them on the picture, and is the same every time', () => {
    for (const { x, y } of points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(size.width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(size.height);
    }
    expect(placeVertices(100, ends, size)).toEqual(points);
  });

  test('lets no label cover another', () => {
    const circles = points.map((point, index) => ({
      ...point,
      radius: 6,
      text: `Lamp number ${index}`,
      fontSize: 12,
    }));
    const labels = placeLabels(circles, circles, size);
    expect(labels.length).toBeGreaterThan(20);
    const boxes = labels.map(({ x, y, text, align, fontSize }) => {
      const width = 0.5 * fontSize * text.length;
      return {
        text,
        left: x - { left: 0, center: width / 2, right: width }[align],
        width,
        top: y - fontSize / 2,
        height: fontSize,
      };
    });
    for (const [index, a] of boxes.entries())
      for (const b of boxes.slice(index + 1)) {
        const isBeside = a.left + a.width <= b.left || b.left + b.width <= a.left;
        const isAbove = a.top + a.height <= b.top || b.top + b.height <= a.top;
        expect(isBeside || isAbove, `${a.text} covers ${b.text}`).toBe(true);
      }
  });
});

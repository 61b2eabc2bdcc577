import { describe, expect, test } from 'vitest';
import { COLOURS } from '../../../../lambdas/render/charts/chart.ts';
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

describe.each(CHART_NAMES)('%s', (name) => {
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

import { describe, expect, test } from 'vitest';
import { widthOf } from '../../../../lambdas/render/drawing/text.ts';
import { COMMUNITY_COLOURS } from '../../../../lambdas/render/drawing/theme.ts';
import { around, hull, hulls } from '../../../../lambdas/render/graph/communities.ts';
import { type Line, placeLabels } from '../../../../lambdas/render/graph/labels.ts';
import { layoutGraph, placeVertices } from '../../../../lambdas/render/graph/layout.ts';
import { seeded } from '../../../../local/shop/random.ts';

describe('the layout of a hundred vertices', () => {
  const size = { width: 1000, height: 800 };
  const random = seeded(5);
  const ends = Array.from({ length: 150 }, () => [random.below(60), 60 + random.below(40)] as const);
  const points = placeVertices(100, ends, size);

  test('keeps all of them in the picture, and is the same every time', () => {
    for (const { x, y } of points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(size.width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(size.height);
    }
    expect(placeVertices(100, ends, size)).toEqual(points);
  });

  test('lets no two of them cover each other', () => {
    for (const [index, a] of points.entries())
      for (const b of points.slice(index + 1)) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(16);
  });

  test('shortens a label that has no place, and leaves it out if that does not help', () => {
    const narrow = { width: 110, height: 30 };
    const circle = { x: 15, y: 15, radius: 6, fontSize: 12 };
    const placed = (...texts: string[]) =>
      placeLabels([{ ...circle, texts }], { circles: [circle], size: narrow });
    expect(placed('Blue lamp', 'Lamp')[0]?.text).toBe('Blue lamp');
    expect(placed('Blue glass lamp', 'Lamp')[0]?.text).toBe('Lamp');
    expect(placed('Blue glass lamp', 'Green oak frame')).toEqual([]);
  });

  test('leaves more than a space between two labels on one line', () => {
    const [fontSize, gap] = [12, 3];
    const circle = { y: 10, radius: 6, fontSize };
    const width = widthOf('Lamp', fontSize, 'bold');
    const between = (apart: number) => {
      const right = 6 + 2 * (6 + gap) + 2 * width + apart;
      const circles = [6, right].map((x) => ({ ...circle, x, texts: ['Lamp'] }));
      // There is no room to the right of the second label.
      return placeLabels(circles, { circles, size: { width: right + 10, height: 20 } }).length;
    };
    expect([between(9), between(12)]).toEqual([1, 2]);
  });

  test('puts a label on a line only if there is no other place', () => {
    const circle = { x: 100, y: 50, radius: 6, fontSize: 12 };
    const placed = (lines: readonly Line[], height: number) =>
      placeLabels([{ ...circle, y: height / 2, texts: ['Lamp'] }], {
        circles: [{ ...circle, y: height / 2 }],
        lines,
        size: { width: 200, height },
      }).map(({ align }) => align);
    const [right, left] = [0, 200].map((x2) => ({ x: 100, y: 50, x2: 200 - x2, y2: 50 }));
    if (!right || !left) throw new Error('Two lines were made');
    expect(placed([], 100)).toEqual(['left']);
    expect(placed([right], 100)).toEqual(['right']);
    expect(placed([right, left], 100)).toEqual(['center']);
    const flat = { y: 9, y2: 9 };
    expect(
      placed(
        [
          { ...right, ...flat },
          { ...left, ...flat },
        ],
        18,
      ),
    ).toEqual(['left']);
  });

  test('lets no label cover another', () => {
    const circles = points.map((point, index) => ({
      ...point,
      radius: 6,
      texts: [`Lamp number ${index}`, `Lamp ${index}`],
      fontSize: 12,
    }));
    const labels = placeLabels(circles, { circles, size });
    expect(labels.length).toBeGreaterThan(20);
    const boxes = labels.map(({ x, y, text, align, fontSize }) => {
      const width = widthOf(text, fontSize);
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

test('two groups that are linked by one edge are apart: each vertex is nearer to its own group', () => {
  const group = (first: number) =>
    Array.from({ length: 6 }, (_, a) =>
      Array.from({ length: a }, (__, b) => [first + a, first + b] as const),
    ).flat();
  const points = placeVertices(12, [...group(0), ...group(6), [0, 6]], { width: 600, height: 600 });
  const middle = (from: number) => {
    const own = points.slice(from, from + 6);
    const mean = (pick: (point: { x: number; y: number }) => number) =>
      own.reduce((sum, point) => sum + pick(point), 0) / 6;
    return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
  };
  const [left, right] = [middle(0), middle(6)];
  for (const [index, { x, y }] of points.entries()) {
    const [own, other] = index < 6 ? [left, right] : [right, left];
    expect(Math.hypot(x - own.x, y - own.y)).toBeLessThan(Math.hypot(x - other.x, y - other.y));
  }
});

test.each([0, 1, 2, 3])(
  'a graph of %i vertices without edges has as many places, all inside the picture',
  (count) => {
    const points = placeVertices(count, [], { width: 100, height: 80 });
    expect(new Set(points.map(({ x, y }) => `${x} ${y}`)).size).toBe(count);
    for (const { x, y } of points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(100);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(80);
    }
  },
);

test('vertices without edges are placed around the others', () => {
  const { x, y } = layoutGraph(10, Int32Array.of(0, 1, 2), Int32Array.of(1, 2, 0));
  const radius = (v: number) => Math.hypot(x[v] ?? 0, y[v] ?? 0);
  const linked = Math.max(radius(0), radius(1), radius(2));
  for (let v = 3; v < 10; v++) expect(radius(v)).toBeGreaterThan(linked);
});

test('the hull of a square with a point inside is the square', () => {
  const square = [
    { x: 0, y: 0 },
    { x: 2, y: 0 },
    { x: 2, y: 2 },
    { x: 0, y: 2 },
  ];
  expect(hull([...square, { x: 1, y: 1 }])).toEqual(square);
});

test('the largest community has the first colour, in any order; a community of three has no area', () => {
  const sizes = [4, 3, 6, 5];
  const communities = sizes.flatMap((size, community) => Array.from({ length: size }, () => community));
  // The communities are 100 pixels apart.
  const points = communities.map((community, index) => ({ x: 100 * community + (index % 3), y: index % 2 }));
  const areas = hulls(points, communities);
  const places = areas.map(({ path }) => Math.round(Number(/[\d.]+/.exec(path)?.[0]) / 100));
  expect(places).toEqual([2, 3, 0]);
  expect(areas.map(({ colour }) => colour)).toEqual(COMMUNITY_COLOURS.slice(0, 3));
});

test('the outline of a square follows its sides at a distance and is round at the corners; without points it is empty', () => {
  const square = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 10 },
    { x: 0, y: 10 },
  ];
  expect(around(square, 2)).toBe(
    'M0,-2L10,-2A2,2 0 0 1 12,0L12,10A2,2 0 0 1 10,12L0,12A2,2 0 0 1 -2,10L-2,0A2,2 0 0 1 0,-2Z',
  );
  expect(around([])).toBe('');
});

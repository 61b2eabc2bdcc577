import type { Spec } from 'vega';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunData } from '../../../../lambdas/render/charts/chart.ts';
import { recommendationGraph } from '../../../../lambdas/render/charts/recommendation-graph.ts';
import { PICTURE_WIDTH } from '../../../../lambdas/render/drawing/config.ts';
import type { Label } from '../../../../lambdas/render/graph/labels.ts';
import type { Point } from '../../../../lambdas/render/graph/layout.ts';
import { GraphSummary } from '../../../../lambdas/shared/contract/summaries.ts';
import { type Random, seeded } from '../../../../local/shop/random.ts';
import { runDataOf, sampleRun } from '../../samples.ts';
import { startFont } from '../drawing/font.ts';

/** Labels of shops of any size, with names of any length and script, measured with the font that they are drawn with. */

const run = runDataOf(sampleRun(1));

/** Words of names in several scripts, whose letters have different widths. */
const WORDS = {
  latin: ['Blue', 'glass', 'lamp', 'of', 'a', 'table', 'Illuminated', 'candlestick'],
  capitals: ['WHITE', 'HANGING', 'HEART', 'T-LIGHT', 'HOLDER', 'WWW', 'MMM'],
  accents: ['Crème', 'brûlée', 'Škoda', 'Łódź', 'ŒUVRE', 'Größe'],
  cyrillic: ['Щётка', 'для', 'ЖЖЖ', 'лампа', 'Шторы', 'Ящик'],
  greek: ['ΩΜΕΓΑ', 'λάμπα', 'ΨΩΜΙ', 'τραπέζι'],
  wide: ['蓝色', '玻璃', '台灯', '桌子', 'ランプ'],
} as const;
const SCRIPTS = Object.keys(WORDS) as (keyof typeof WORDS)[];

function nameOf(random: Random): string {
  const words = WORDS[SCRIPTS[random.below(SCRIPTS.length)] ?? 'latin'];
  return Array.from({ length: 1 + random.below(7) }, () => words[random.below(words.length)]).join(' ');
}

/** A shop of 1 to 70 users and 1 to 30 products. */
function shop(seed: number): RunData {
  const random = seeded(seed);
  const [users, products] = [1 + random.below(70), 1 + random.below(30)];
  const communities = 1 + random.below(8);
  const vertex = (id: string, label: string, isUser: boolean) => ({
    id,
    label,
    degree: 1,
    inDegree: isUser ? 0 : 1,
    outDegree: isUser ? 1 : 0,
    pageRank: 1,
    component: 0,
    community: random.below(communities),
  });
  const vertices = [
    ...Array.from({ length: users }, (_, index) =>
      vertex(`u:${index}`, random.chance(0.7) ? `${10 ** random.below(9) + index}` : nameOf(random), true),
    ),
    ...Array.from({ length: products }, (_, index) => vertex(`p:${index}`, nameOf(random), false)),
  ];
  const edges = Array.from({ length: users * (1 + random.below(3)) }, (_, index) => ({
    source: `u:${index % users}`,
    target: `p:${Math.floor(products * random.unit() ** 2)}`,
    rank: 1 + Math.floor(index / users),
    score: random.unit(),
  }));
  return { ...run, graph: GraphSummary.parse({ ...run.graph, shown: { vertices, edges } }) };
}

let inkOf: Awaited<ReturnType<typeof startFont>>;
beforeAll(async () => {
  inkOf = await startFont();
});

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Returns the box that the letters of a label cover; undefined if the font has none of them. */
function boxOf({ text, x, y, align, fontSize }: Label): Box | undefined {
  const ink = inkOf(text, fontSize, fontSize > 11 ? 'bold' : 'normal');
  if (!ink) return undefined;
  const begin = x - { left: 0, center: 0.5, right: 1 }[align] * (ink.right + ink.left);
  // Vega centres a line of text in this way.
  const base = y + 0.3 * fontSize;
  return {
    text,
    left: begin + ink.left,
    right: begin + ink.right,
    top: base + ink.top,
    bottom: base + ink.bottom,
  };
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const valuesOf = <Value>(spec: Spec, name: string): Value[] =>
  ((spec.data ?? []).find((table) => table.name === name) as unknown as { values: Value[] }).values;

describe.each(Array.from({ length: 30 }, (_, index) => index + 1))(
  'the picture of random shop %i',
  (seed) => {
    const spec = recommendationGraph.draw(shop(seed)) as Spec;

    test('has no label that covers another or a vertex, or leaves the picture', () => {
      const boxes = valuesOf<Label>(spec, 'labels').flatMap((label) => boxOf(label) ?? []);
      const circles = valuesOf<Point & { radius: number; text: string }>(spec, 'circles').map(
        ({ x, y, radius, text }): Box => ({
          text: `the vertex ${text}`,
          left: x - radius + 1,
          right: x + radius - 1,
          top: y - radius + 1,
          bottom: y + radius - 1,
        }),
      );
      const problems = boxes.flatMap((box, index) => [
        ...[...boxes.slice(index + 1), ...circles]
          .filter((other) => overlap(box, other))
          .map((other) => `${box.text} covers ${other.text}`),
        ...(box.left < 0 || box.right > PICTURE_WIDTH - 32 || box.top < 0 || box.bottom > Number(spec.height)
          ? [`${box.text} leaves the picture`]
          : []),
      ]);
      expect(problems).toEqual([]);
      expect(boxes.length).toBeGreaterThan(0);
    });
  },
);

/** Makes products with these numbers of links, and one user per link. */
function linked(products: readonly { readonly name: string; readonly links: number }[]): Spec {
  const shown = shop(1).graph.shown.vertices[0];
  if (!shown) throw new Error('A shop has vertices');
  const vertex = (id: string, label: string) => ({ ...shown, id, label, community: null });
  const most = Math.max(...products.map(({ links }) => links));
  const vertices = [
    ...Array.from({ length: most }, (_, index) => vertex(`u:${index}`, `${index}`)),
    ...products.map(({ name }, index) => vertex(`p:${index}`, name)),
  ];
  const edges = products.flatMap(({ links }, product) =>
    Array.from({ length: links }, (_, user) => ({
      source: `u:${user}`,
      target: `p:${product}`,
      rank: 1,
      score: 1,
    })),
  );
  return recommendationGraph.draw({
    ...run,
    graph: GraphSummary.parse({ ...run.graph, shown: { vertices, edges } }),
  }) as Spec;
}

test('a product with more links is larger, for any number of products, and fits into the picture', () => {
  const links = [0, 1, 6, 7, 8, 20, 33];
  const circles = valuesOf<{ kind: string; radius: number }>(
    linked(links.map((count, index) => ({ name: `Lamp ${index}`, links: count }))),
    'circles',
  );
  const radii = circles.filter(({ kind }) => kind === 'product').map(({ radius }) => radius);
  expect(radii).toEqual([...new Set(radii)].sort((a, b) => a - b));
  expect([radii[0], radii.at(-1)]).toEqual([6, 14]);
});

test('two products are never shortened into the same name', () => {
  const names = [
    'SET OF 4 ROSE BOTANICAL CANDLES',
    'SET OF 4 ROSE BOTANICAL CUSHIONS',
    'SET OF 4 KNICK KNACK TINS',
  ];
  const labels = valuesOf<Label>(linked(names.map((name) => ({ name, links: 2 }))), 'labels').map(
    ({ text }) => text,
  );
  expect(labels).toEqual(
    expect.arrayContaining(['SET OF 4 ROSE BOTANICAL CAN…', 'SET OF 4 ROSE BOTANICAL CUS…']),
  );
});

test('of two products with the same long beginning, the one with more links has a name', () => {
  const spec = linked([1, 2].map((links) => ({ name: `${'W'.repeat(50)} ${links}`, links })));
  const named = valuesOf<Label>(spec, 'labels').filter(({ fontSize }) => fontSize > 11);
  const [x] = valuesOf<Point & { links: number }>(spec, 'circles').flatMap((circle) =>
    circle.links === 2 ? [circle.x] : [],
  );
  expect(named.map(({ text }) => text)).toEqual(['WWWWWWWWWWWWWWWWWWW…']);
  expect(Math.abs((named[0]?.x ?? 0) - (x ?? 0))).toBeLessThan(120);
});

test('two products with the same name both have it if it is short, and only one of them if it is shortened', () => {
  const named = (name: string) =>
    valuesOf<Label>(linked([1, 2].map((links) => ({ name, links }))), 'labels')
      .filter(({ fontSize }) => fontSize > 11)
      .map(({ text }) => text);
  expect(named('Lamp')).toEqual(['Lamp', 'Lamp']);
  expect(named('Lamp of blue glass with a foot of oak and brass')).toEqual(['Lamp of blue glass…']);
});

test('users get names only after all products', () => {
  const products = Array.from({ length: 20 }, (_, index) => ({
    name: `Lamp ${index}`,
    links: index === 0 ? 20 : 0,
  }));
  const sizes = valuesOf<Label>(linked(products), 'labels').map(({ fontSize }) => fontSize);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
});

test('users with pseudonyms have no labels, so that products have the room; the picture says so', () => {
  const data = shop(3);
  const drawn = (hasPseudonyms: boolean) => {
    const spec = recommendationGraph.draw({ ...data, hasPseudonyms }) as Spec;
    // Names of users are smaller.
    const sizes = valuesOf<Label>(spec, 'labels').map(({ fontSize }) => fontSize);
    const users = sizes.filter((size) => size === 11).length;
    return { users, products: sizes.length - users, text: JSON.stringify(spec) };
  };
  const [keyed, plain] = [drawn(true), drawn(false)];
  expect(plain.users).toBeGreaterThan(0);
  expect(keyed.users).toBe(0);
  expect(keyed.products).toBeGreaterThanOrEqual(plain.products);
  expect(keyed.text).toContain('Users have no labels, because their ids are pseudonyms.');
  expect(plain.text).not.toContain('pseudonym');
  expect(recommendationGraph.draw(data)).toEqual(recommendationGraph.draw({ ...data, hasPseudonyms: false }));
});

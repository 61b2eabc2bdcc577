import { describe, expect, test } from 'vitest';
import { type CommunityGraph, placeByCommunity } from '../../../../lambdas/render/graph/community-layout.ts';
import { seeded } from '../../../../local/shop/random.ts';

const SIZE = { width: 1800, height: 1000 };

/** Makes communities of the given sizes; nine of ten edges are within one. */
function graphOf(sizes: readonly number[], edgesPerVertex = 3): CommunityGraph {
  const communities = sizes.flatMap((size, community) => Array.from({ length: size }, () => community));
  const members = sizes.map((_, community) =>
    communities.flatMap((own, vertex) => (own === community ? [vertex] : [])),
  );
  const { unit } = seeded(3);
  const pick = (from: readonly number[]): number => from[Math.floor(unit() * from.length)] ?? 0;
  const sources = communities.flatMap((_, vertex) => Array.from({ length: edgesPerVertex }, () => vertex));
  const targets = sources.map((source) =>
    unit() < 0.9 ? pick(members[communities[source] ?? 0] ?? []) : Math.floor(unit() * communities.length),
  );
  return { communities, sources, targets };
}

/** Returns the centre and the radius of each community. */
function circles({ communities }: CommunityGraph, points: ReturnType<typeof placeByCommunity>) {
  return [...Map.groupBy(points, (_, vertex) => communities[vertex])].map(([, members]) => {
    const x = members.reduce((total, point) => total + point.x, 0) / members.length;
    const y = members.reduce((total, point) => total + point.y, 0) / members.length;
    let radius = 0;
    for (const point of members) radius = Math.max(radius, Math.hypot(point.x - x, point.y - y));
    return { x, y, radius };
  });
}

describe.each([
  ['several communities', [300, 120, 60, 30, 10, 5, 1]],
  ['many communities, most of them small', [200, ...Array.from({ length: 150 }, () => 3)]],
  ['one vertex per community', [1, 1]],
])('%s', (_name, sizes) => {
  const graph = graphOf(sizes);
  const points = placeByCommunity(graph, SIZE);

  test('are within the size', () => {
    expect(points).toHaveLength(graph.communities.length);
    for (const { x, y } of points) {
      expect(x >= 0 && x <= SIZE.width).toBe(true);
      expect(y >= 0 && y <= SIZE.height).toBe(true);
    }
  });

  test('do not overlap', () => {
    const all = circles(graph, points);
    for (const [index, a] of all.entries())
      for (const b of all.slice(index + 1))
        expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(a.radius + b.radius);
  });

  test('get the same positions every time', () => {
    expect(placeByCommunity(graphOf(sizes), SIZE)).toEqual(points);
  });
});

test('no vertex covers another', () => {
  const points = placeByCommunity(graphOf([300, 120]), SIZE);
  let least = Number.POSITIVE_INFINITY;
  for (const [index, a] of points.entries())
    for (const b of points.slice(index + 1)) least = Math.min(least, Math.hypot(a.x - b.x, a.y - b.y));
  expect(least).toBeGreaterThan(10);
});

test('linked vertices of a community are closer to each other than others', () => {
  // A chain of 200: neighbours in the chain should be near.
  const chain = Array.from({ length: 200 }, (_, vertex) => vertex);
  const points = placeByCommunity(
    { communities: chain.map(() => 0), sources: chain.slice(1), targets: chain.slice(0, -1) },
    SIZE,
  );
  const distance = (a: number, b: number): number => {
    const [from, to] = [points[a], points[b]];
    return from && to ? Math.hypot(from.x - to.x, from.y - to.y) : Number.NaN;
  };
  const mean = (step: number): number =>
    chain.slice(step).reduce((total, vertex) => total + distance(vertex, vertex - step), 0) / (200 - step);
  expect(mean(1)).toBeLessThan(0.5 * mean(100));
});

test('20,000 vertices in hundreds of communities take less than a few seconds', () => {
  const sizes = Array.from({ length: 400 }, (_, index) => Math.ceil(4_000 / (index + 1)));
  const start = performance.now();
  placeByCommunity(graphOf(sizes, 2), SIZE);
  expect(performance.now() - start).toBeLessThan(15_000);
});

test('20,000 vertices in as many communities take less than a few seconds', () => {
  const communities = Array.from({ length: 20_000 }, (_, vertex) => vertex);
  const sources = Array.from({ length: 60_000 }, (_, edge) => edge % 20_000);
  const targets = sources.map((source, edge) => (7 * source + edge) % 20_000);
  const start = performance.now();
  const points = placeByCommunity({ communities, sources, targets }, SIZE);
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
});

import { COMMUNITY_COLOURS } from '../drawing/theme.ts';
import type { Point } from './layout.ts';

/** The area of a community, as a path of SVG. */
export interface Area {
  readonly path: string;
  readonly colour: string;
}

/** The smallest community that gets an area. The links of two or three vertices are clear without one. */
const SMALLEST = 4;
/** A member further from the middle than this many times the median distance is outside the area. */
const REACH = 1.9;

/**
 * Returns the areas of the largest communities, largest first; as many as there are colours.
 *
 * @param communities The community of each vertex; null if it has none.
 */
export function hulls(points: readonly Point[], communities: readonly (number | null)[]): Area[] {
  const members = new Map<number, Point[]>();
  for (const [index, community] of communities.entries()) {
    const point = points[index];
    if (community === null || !point) continue;
    members.set(community, [...(members.get(community) ?? []), point]);
  }
  return [...members]
    .filter(([, { length }]) => length >= SMALLEST)
    .sort(([a, { length: sizeA }], [b, { length: sizeB }]) => sizeB - sizeA || a - b)
    .slice(0, COMMUNITY_COLOURS.length)
    .map(([, places], index) => ({
      path: around(hull(nearMiddle(places))),
      colour: COMMUNITY_COLOURS[index % COMMUNITY_COLOURS.length] ?? COMMUNITY_COLOURS[0],
    }));
}

const middleOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function nearMiddle(points: readonly Point[]): Point[] {
  const [x, y] = [middleOf(points.map((point) => point.x)), middleOf(points.map((point) => point.y))];
  const distanceOf = (point: Point): number => Math.sqrt((point.x - x) ** 2 + (point.y - y) ** 2);
  const furthest = REACH * middleOf(points.map(distanceOf));
  return points.filter((point) => distanceOf(point) <= furthest);
}

/**
 * Returns the convex hull, counter-clockwise: A. M. Andrew, "Another efficient algorithm for convex hulls in two
 * dimensions", 1979.
 */
export function hull(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y);
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of ordered) {
      while (chain.length > 1 && !turnsLeft(chain.at(-2), chain.at(-1), point)) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return sorted.length < 3 ? sorted : [...half(sorted), ...half(sorted.toReversed())];
}

const turnsLeft = (a: Point | undefined, b: Point | undefined, c: Point): boolean =>
  a !== undefined && b !== undefined && (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > 0;

/** Distance from the centres of the outermost vertices to the outline of their area, in pixels. */
const MARGIN = 17;

/**
 * Returns the outline at a distance around a hull, with round corners. It is a single shape: a half-transparent shape
 * with a broad half-transparent line around it would be darker where both overlap.
 *
 * @param corners Counter-clockwise, as {@link hull} returns them.
 */
export function around(corners: readonly Point[], distance = MARGIN): string {
  const round = `A${distance},${distance} 0 0 1 `;
  const sides = corners.map((from, index) => {
    const to = corners[(index + 1) % corners.length] ?? from;
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    const [x, y] = [(distance * (to.y - from.y)) / length, (distance * (from.x - to.x)) / length];
    return [`${place(from.x + x)},${place(from.y + y)}`, `${place(to.x + x)},${place(to.y + y)}`] as const;
  });
  const [first] = sides[0] ?? [];
  return first === undefined
    ? ''
    : `M${sides.map(([from, to]) => `${from}L${to}`).join(round)}${round}${first}Z`;
}

const place = (value: number): number => Math.round(10 * value) / 10;

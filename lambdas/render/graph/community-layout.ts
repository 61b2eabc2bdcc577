import { layoutGraph, type Point, type Size } from './layout.ts';

/** A graph by indices: vertex i belongs to `communities[i]`; edge j joins `sources[j]` and `targets[j]`. */
export interface CommunityGraph {
  readonly communities: readonly number[];
  readonly sources: readonly number[];
  readonly targets: readonly number[];
}

/** One community: its vertices, and the circle that they fill. Distances are in spacings between vertices. */
interface Disc {
  readonly members: readonly number[];
  readonly radius: number;
  x: number;
  y: number;
}

/** Space between two discs, and at the border of the picture. */
const GAP = 3;
/** Discs that are packed by their links; the smaller communities after them are placed in rings around the others. */
const MAX_PACKED = 60;
/** The weight of height against width, so that the discs fill a picture that is wider than high. */
const ASPECT = 2.2;

/**
 * Places the vertices so that each community fills a disc of its own, with the space between the discs empty. Within a
 * disc linked vertices are close to each other; discs with many links between them are neighbours. The same graph always
 * gets the same positions.
 *
 * @returns One point per vertex, within the size.
 */
export function placeByCommunity(graph: CommunityGraph, size: Size): Point[] {
  const discs = discsOf(graph.communities);
  arrange(discs, linksBetween(graph, discs));
  const points = graph.communities.map(() => ({ x: 0, y: 0 }));
  const links = linksWithin(graph);
  for (const disc of discs)
    placeMembers(disc, links.get(graph.communities[disc.members[0] ?? 0] ?? -1) ?? [], points);
  return scaleInto(points, discs, size);
}

/** Returns one disc per community, the largest first. */
function discsOf(communities: readonly number[]): Disc[] {
  const groups = Map.groupBy(communities.keys(), (vertex) => communities[vertex] ?? -1);
  return [...groups]
    .sort(([a, first], [b, second]) => second.length - first.length || a - b)
    .map(([, members]) => ({ members, radius: Math.sqrt(members.length / 3) + 1, x: 0, y: 0 }));
}

/** Returns the number of edges between each two of the discs that are packed. */
function linksBetween({ communities, sources, targets }: CommunityGraph, discs: readonly Disc[]): number[][] {
  const packed = discs.slice(0, MAX_PACKED);
  const indices = new Map(packed.map(({ members }, index) => [communities[members[0] ?? 0], index]));
  const links = packed.map(() => packed.map(() => 0));
  const add = (from: number | undefined, to: number | undefined): void => {
    const row = from === undefined ? undefined : links[from];
    if (row && to !== undefined) row[to] = (row[to] ?? 0) + 1;
  };
  for (const [edge, source] of sources.entries()) {
    const from = indices.get(communities[source]);
    const to = indices.get(communities[targets[edge] ?? 0]);
    add(from, to);
    add(to, from);
  }
  return links;
}

/** Sets the centres of the discs. */
function arrange(discs: readonly Disc[], links: readonly (readonly number[])[]): void {
  const placed: Disc[] = [];
  for (const [index, disc] of discs.slice(0, MAX_PACKED).entries()) {
    const weights = links[index] ?? [];
    let best = { x: 0, y: 0, cost: Number.POSITIVE_INFINITY };
    for (const spot of spotsFor(disc, placed)) {
      const cost = costOf(spot, placed, weights);
      if (cost < best.cost - 1e-9) best = { ...spot, cost };
    }
    Object.assign(disc, { x: best.x, y: best.y });
    placed.push(disc);
  }
  arrangeAround(placed, discs.slice(MAX_PACKED));
}

/** Returns the cost of a spot: low near the middle, and near discs that this one has links with. */
function costOf({ x, y }: Point, placed: readonly Disc[], weights: readonly number[]): number {
  let [pull, total] = [0, 0];
  for (const [index, other] of placed.entries()) {
    const weight = Math.sqrt(weights[index] ?? 0);
    pull += weight * Math.hypot(x - other.x, y - other.y);
    total += weight;
  }
  return Math.hypot(x / ASPECT, y) + (total > 0 ? (0.3 * pull) / total : 0);
}

/** Yields the places where a disc touches two others, or the first one, and overlaps none. */
function* spotsFor({ radius }: Disc, placed: readonly Disc[]): Generator<Point> {
  const [first] = placed;
  if (!first) {
    yield { x: 0, y: 0 };
    return;
  }
  const reach = (other: Disc): number => other.radius + radius + GAP;
  const isFree = ({ x, y }: Point): boolean =>
    placed.every((other) => Math.hypot(x - other.x, y - other.y) >= reach(other) - 1e-6);
  yield* [
    { x: first.x + reach(first), y: first.y },
    { x: first.x - reach(first), y: first.y },
  ].filter(isFree);
  for (const [index, a] of placed.entries())
    for (const b of placed.slice(index + 1)) yield* touching(a, reach(a), b, reach(b)).filter(isFree);
}

/** Returns the points at the given distances from the centres of two discs: two of them, or none. */
function touching(a: Disc, fromA: number, b: Disc, fromB: number): Point[] {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const distance = Math.hypot(dx, dy);
  if (distance > fromA + fromB || distance === 0) return [];
  const along = (distance ** 2 + fromA ** 2 - fromB ** 2) / (2 * distance);
  const square = fromA ** 2 - along ** 2;
  if (square < 0) return [];
  const [ux, uy, across] = [dx / distance, dy / distance, Math.sqrt(square)];
  return [1, -1].map((side) => ({
    x: a.x + along * ux - side * across * uy,
    y: a.y + along * uy + side * across * ux,
  }));
}

/** Places small discs in rings around the others. */
function arrangeAround(inner: readonly Disc[], outer: readonly Disc[]): void {
  let ring = 0;
  for (const { x, y, radius } of inner) ring = Math.max(ring, Math.hypot(x / ASPECT, y) + radius);
  let [turn, widest] = [0, 0];
  for (const disc of outer) {
    if (widest === 0) ring += disc.radius + GAP;
    Object.assign(disc, { x: ASPECT * ring * Math.cos(turn), y: ring * Math.sin(turn) });
    widest = Math.max(widest, disc.radius);
    turn += (2 * disc.radius + GAP) / ring;
    if (turn + disc.radius / ring < 2 * Math.PI) continue;
    ring += widest;
    [turn, widest] = [0, 0];
  }
}

/**
 * Places the vertices of one community. A layout of the community alone says who is near whom; its vertices then move to
 * rings around the centre, ring j having 6j places, so that none covers another.
 */
function placeMembers({ members, x, y }: Disc, links: readonly Link[], points: Point[]): void {
  const local = localLayout(members, links);
  const byDistance = local.toSorted((a, b) => a.distance - b.distance || a.vertex - b.vertex);
  for (let [ring, first] = [0, 0]; first < byDistance.length; ring++) {
    const places = Math.max(1, 6 * ring);
    const onRing = byDistance
      .slice(first, first + places)
      .sort((a, b) => a.angle - b.angle || a.vertex - b.vertex);
    const step = (2 * Math.PI) / onRing.length;
    // The ring is turned so that its vertices keep their directions on average.
    let start = 0;
    for (const [index, { angle }] of onRing.entries()) start += (angle - index * step) / onRing.length;
    for (const [index, { vertex }] of onRing.entries()) {
      const turn = start + index * step;
      points[vertex] = { x: x + ring * Math.cos(turn), y: y + ring * Math.sin(turn) };
    }
    first += places;
  }
}

/** Two vertices that an edge joins. */
type Link = readonly [source: number, target: number];

/** Returns the edges within each community, by its number. All at once, because there may be thousands of communities. */
function linksWithin({ communities, sources, targets }: CommunityGraph): ReadonlyMap<number, Link[]> {
  const within = new Map<number, Link[]>();
  for (const [edge, source] of sources.entries()) {
    const target = targets[edge] ?? 0;
    const own = communities[source];
    if (own === undefined || communities[target] !== own) continue;
    const links = within.get(own);
    if (links) links.push([source, target]);
    else within.set(own, [[source, target]]);
  }
  return within;
}

/** Returns where each member is in a layout of the community alone, seen from its centre. */
function localLayout(members: readonly number[], links: readonly Link[]) {
  const indices = new Map(members.map((vertex, index) => [vertex, index]));
  const from = Int32Array.from(links, ([source]) => indices.get(source) ?? 0);
  const to = Int32Array.from(links, ([, target]) => indices.get(target) ?? 0);
  const places = layoutGraph(members.length, from, to);
  return members.map((vertex, index) => {
    const [x, y] = [places.x[index] ?? 0, places.y[index] ?? 0];
    return { vertex, distance: Math.hypot(x, y), angle: Math.atan2(y, x) };
  });
}

/** Scales all points into the size, equally in both directions, and centres them. */
function scaleInto(points: readonly Point[], discs: readonly Disc[], { width, height }: Size): Point[] {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y, radius } of discs) {
    left = Math.min(left, x - radius - GAP);
    right = Math.max(right, x + radius + GAP);
    top = Math.min(top, y - radius - GAP);
    bottom = Math.max(bottom, y + radius + GAP);
  }
  const scale = Math.min(width / (right - left), height / (bottom - top));
  const [middleX, middleY] = [(left + right) / 2, (top + bottom) / 2];
  return points.map(({ x, y }) => ({
    x: width / 2 + (x - middleX) * scale,
    y: height / 2 + (y - middleY) * scale,
  }));
}

/** The columns of the vertices from which communities are made. */
export interface Members {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly users: Uint8Array;
  readonly communities: Int32Array;
  readonly sales: Uint32Array;
}

/** A community in this graph: where it is drawn, and what it sells. */
export interface Community {
  readonly number: number;
  /** Its bestsellers, for the large communities; otherwise empty. */
  readonly name: string;
  /** The number of its vertices. */
  readonly size: number;
  /** The circle around its vertices, in the units of the graph. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Its products that sold most, at most {@link MAX_BESTSELLERS}. */
  readonly bestsellers: readonly number[];
}

export const MAX_BESTSELLERS = 8;

/** @returns The communities of the graph, largest first; vertices without one are left out. */
export function communitiesOf(members: Members, names: ReadonlyMap<number, string>): Community[] {
  const groups = Map.groupBy(members.communities.keys(), (vertex) => members.communities[vertex] ?? -1);
  return [...groups]
    .filter(([number]) => number >= 0)
    .sort(([a, first], [b, second]) => second.length - first.length || a - b)
    .map(([number, vertices]) => ({
      number,
      name: names.get(number) ?? '',
      size: vertices.length,
      ...circleAround(vertices, members),
      bestsellers: bestsellers(vertices, members),
    }));
}

/** Returns the smallest circle around the mean of the positions that contains all of them. */
function circleAround(vertices: readonly number[], { x, y }: Members) {
  const centre = { x: 0, y: 0 };
  for (const vertex of vertices) {
    centre.x += (x[vertex] ?? 0) / vertices.length;
    centre.y += (y[vertex] ?? 0) / vertices.length;
  }
  let radius = 0;
  for (const vertex of vertices)
    radius = Math.max(radius, Math.hypot((x[vertex] ?? 0) - centre.x, (y[vertex] ?? 0) - centre.y));
  return { ...centre, radius };
}

const bestsellers = (vertices: readonly number[], { users, sales }: Members): number[] =>
  vertices
    .filter((vertex) => users[vertex] === 0)
    .sort((a, b) => (sales[b] ?? 0) - (sales[a] ?? 0) || a - b)
    .slice(0, MAX_BESTSELLERS);

/** Returns the mean distance between neighbouring vertices, in the units of the graph. */
export function spacingOf([largest]: readonly Community[], vertices: number): number {
  const [radius, size] = largest ? [largest.radius, largest.size] : [0.5, vertices];
  return Math.max(radius, 0.01) * Math.sqrt(3 / Math.max(1, size));
}

/** Two communities and the share of all links between communities that joins these two. */
export interface Band {
  readonly from: Community;
  readonly to: Community;
  readonly share: number;
}

const MAX_BANDS = 40;

interface Links {
  readonly sources: Uint16Array;
  readonly targets: Uint16Array;
}

/**
 * Counts the visible links between each two communities.
 *
 * @returns The pairs with the most links, the strongest last, so that it is drawn on top.
 */
export function bandsBetween(
  communities: readonly Community[],
  ofVertex: Int32Array,
  { sources, targets }: Links,
  isVisible: Uint8Array,
): Band[] {
  const byNumber = new Map(communities.map((community) => [community.number, community]));
  const counts = new Map<number, number>();
  const base = 1 << 16;
  let total = 0;
  for (let edge = 0; edge < sources.length; edge++) {
    const from = ofVertex[sources[edge] ?? 0] ?? -1;
    const to = ofVertex[targets[edge] ?? 0] ?? -1;
    if (isVisible[edge] === 0 || from === to || from < 0 || to < 0) continue;
    const pair = Math.min(from, to) * base + Math.max(from, to);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
    total++;
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, MAX_BANDS)
    .flatMap(([pair, count]) => {
      const [from, to] = [byNumber.get(Math.floor(pair / base)), byNumber.get(pair % base)];
      return from && to ? [{ from, to, share: count / total }] : [];
    })
    .reverse();
}

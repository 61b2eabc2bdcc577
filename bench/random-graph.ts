import { seeded } from '../local/shop/random.ts';

/** A graph that resembles recommendations: users and products in communities, some of them popular, with few edges between communities. */
export interface RandomGraph {
  /** Number of vertices. */
  readonly count: number;
  /** Number of users. The vertices 0 to `users` - 1 are users, the others are products. */
  readonly users: number;
  /** Distinct pairs of vertices: a user and a product, or two similar products. */
  readonly edges: readonly (readonly [number, number])[];
}

/** Share of users among the vertices. */
const USER_SHARE = 0.7;
/** Probability that an edge stays within its community: for a user's product, and for a similar product. */
const [WITHIN, SIMILAR_WITHIN] = [0.85, 0.9];
/** Similar products per product. */
const SIMILAR = 2;

/** Generates a random graph with about three edges per vertex. The same seed always gives the same graph. */
export function randomGraph(count: number, seed = 1): RandomGraph {
  const random = seeded(seed);
  const users = Math.floor(USER_SHARE * count);
  const communities = Math.max(4, Math.round(Math.sqrt(count) / 3));
  const products = Array.from({ length: communities }, (_, community) =>
    Array.from(
      { length: Math.ceil((count - users - community) / communities) },
      (__, index) => users + community + index * communities,
    ),
  );
  const edges = new Map<number, readonly [number, number]>();
  const add = (a: number, b: number): void => {
    if (a !== b) edges.set(Math.min(a, b) * count + Math.max(a, b), [a, b]);
  };
  // The first products of a community are the popular ones.
  const pick = (community: number): number => {
    const own = products[community] ?? [];
    return own[Math.floor(own.length * random.unit() ** 2)] ?? users;
  };
  const near = (community: number, chance: number): number =>
    random.chance(chance) ? community : random.below(communities);
  for (let user = 0; user < users; user++) {
    const community = random.below(communities);
    const bought = 2 + random.below(4);
    for (let index = 0; index < bought; index++) add(user, pick(near(community, WITHIN)));
  }
  for (let product = users; product < count; product++)
    for (let index = 0; index < SIMILAR; index++)
      add(product, pick(near((product - users) % communities, SIMILAR_WITHIN)));
  return { count, users, edges: [...edges.values()] };
}

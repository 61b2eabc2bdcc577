import { seeded } from '../local/shop/random.ts';

/** A graph of users and products as recommendations make them: communities, popular products, few links across. */
export interface RandomGraph {
  readonly count: number;
  /** Users come first. */
  readonly users: number;
  /** Pairs of vertices, each once: a user and a product, or two products that are alike. */
  readonly edges: readonly (readonly [number, number])[];
}

const [OF_USERS, WITHIN, SIMILAR_WITHIN, SIMILAR] = [0.7, 0.85, 0.9, 2];

/** Made by chance, the same for the same seed; about three edges per vertex. */
export function randomGraph(count: number, seed = 1): RandomGraph {
  const random = seeded(seed);
  const users = Math.floor(OF_USERS * count);
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

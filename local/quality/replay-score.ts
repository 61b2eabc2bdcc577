import { LIST_KINDS, type ListKind, type Metric } from '../../lambdas/shared/contract/quality.ts';
import { seeded } from '../shop/random.ts';
import type { ReplayedBasket } from './replay-order.ts';
import { CUT, RESAMPLES, SEED, scoreUser } from './score.ts';

/** Scores lists by the basket that follows them, and compares two sides basket by basket. It knows nothing of how lists are made. */

/** Who shows a list. */
export const SIDES = {
  published: 'published lists',
  filtered: 'the same of 100 products, without those bought since',
  live: 'answers that know every earlier sale',
  popular: 'popular in the week before the run',
  popularNow: 'popular in the week before the basket',
} as const;
export type Side = keyof typeof SIDES;

/** What is known of the user of a basket. */
export const GROUPS = {
  unchanged: 'known to the run, no sale since',
  returned: 'known to the run, with sales since',
  unknown: 'new since the run, no sale yet',
  begun: 'new since the run, with sales since',
} as const;
export type Group = keyof typeof GROUPS;

export const groupOf = (isKnown: boolean, { earlier }: Pick<ReplayedBasket, 'earlier'>): Group => {
  if (isKnown) return earlier.length === 0 ? 'unchanged' : 'returned';
  return earlier.length === 0 ? 'unknown' : 'begun';
};

/** What each side shows before a basket, best first, at least ten products if there are so many. */
export type Shown = Readonly<Record<Side, Readonly<Record<ListKind, readonly string[]>>>>;

/** The NDCG@10 of the lists that are shown before one basket. */
export interface ScoredBasket {
  readonly user: string;
  readonly group: Group;
  readonly list: ListKind;
  readonly ndcg: Readonly<Record<Side, number>>;
}

/** What every side is measured by. */
export interface Measured {
  /** Products that were bought before the period. Others cannot be in a list, and do not count. */
  readonly known: ReadonlySet<string>;
  /** Products that the user had bought before the period. */
  readonly owned: ReadonlySet<string>;
  readonly group: Group;
}

/**
 * Scores what is shown before a basket. A known product of the basket is correct; in the list `new` only if the user had not bought
 * it, neither before the period nor earlier in it. From the list `new`, products that the user bought earlier in the period are taken
 * away on every side before it is cut at ten: a shop knows what it has sold, and would not show them as new.
 *
 * @returns One element for each list for which something is correct.
 */
export function scoreBasket(basket: ReplayedBasket, shown: Shown, measured: Measured): ScoredBasket[] {
  const { user, boughtEarlier, products } = basket;
  const { known, owned, group } = measured;
  const isOwned = (product: string): boolean => owned.has(product) || boughtEarlier.has(product);
  return LIST_KINDS.flatMap((list) => {
    const correct = new Set(
      [...products].filter((product) => known.has(product) && (list === 'any' || !isOwned(product))),
    );
    if (correct.size === 0) return [];
    const ndcgOf = (side: Side): number => {
      const all = shown[side][list];
      const admitted = list === 'any' ? all : all.filter((product) => !boughtEarlier.has(product));
      return scoreUser(admitted.slice(0, CUT), correct).ndcg;
    };
    const sides = Object.keys(SIDES) as Side[];
    const ndcg = Object.fromEntries(sides.map((side) => [side, ndcgOf(side)])) as Record<Side, number>;
    return { user, group, list, ndcg };
  });
}

/** Means over baskets. */
export interface Comparison {
  readonly baskets: number;
  readonly users: number;
  readonly mean: Readonly<Record<Side, number>>;
  /** Live minus each side; intervals of 95 %, `n` baskets. */
  readonly gain: Readonly<Record<Side, Metric>>;
}

/**
 * Compares the sides over baskets. Baskets of one user are alike, so the bootstrap draws users, each with all of the user's baskets.
 *
 * @returns undefined without baskets.
 */
export function compare(baskets: readonly ScoredBasket[]): Comparison | undefined {
  if (baskets.length === 0) return undefined;
  const byUser = [...Map.groupBy(baskets, ({ user }) => user).values()];
  const over = <T>(measure: (side: Side) => T): Record<Side, T> =>
    Object.fromEntries((Object.keys(SIDES) as Side[]).map((side) => [side, measure(side)])) as Record<
      Side,
      T
    >;
  return {
    baskets: baskets.length,
    users: byUser.length,
    mean: over((side) => totalOf(baskets, ({ ndcg }) => ndcg[side]) / baskets.length),
    gain: over((side) => meanOfUsers(byUser, ({ ndcg }) => ndcg.live - ndcg[side])),
  };
}

const totalOf = (baskets: readonly ScoredBasket[], measure: (basket: ScoredBasket) => number): number =>
  baskets.reduce((total, basket) => total + measure(basket), 0);

function meanOfUsers(
  byUser: readonly (readonly ScoredBasket[])[],
  measure: (basket: ScoredBasket) => number,
): Metric {
  const users = byUser.map((baskets) => ({ total: totalOf(baskets, measure), count: baskets.length }));
  const random = seeded(SEED);
  const means = Array.from({ length: RESAMPLES }, () => {
    let [total, count] = [0, 0];
    for (let draw = 0; draw < users.length; draw++) {
      const user = users[random.below(users.length)];
      total += user?.total ?? 0;
      count += user?.count ?? 0;
    }
    return total / count;
  }).sort((a, b) => a - b);
  const quantile = (share: number): number => means[Math.round(share * (RESAMPLES - 1))] ?? 0;
  const n = users.reduce((sum, { count }) => sum + count, 0);
  const value = users.reduce((sum, { total }) => sum + total, 0) / n;
  return { value, n, low: quantile(0.025), high: quantile(0.975) };
}

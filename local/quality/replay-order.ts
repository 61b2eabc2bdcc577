import type { NewerSale } from '../../lambdas/serve/engine.ts';

/**
 * The order in which a period is replayed, and what is known at each moment of it. Nothing here depends on how answers are made.
 */

/** A sale of the replayed period. */
export interface ReplayedSale {
  readonly user: string;
  /** As remember stores it: returns and sales that no measurement counts are among what is known later. */
  readonly sale: NewerSale;
  /** The product, if the sale counts as a purchase that lists are measured by. */
  readonly bought: string | undefined;
}

/** The moment before a basket: what is known of its user, and what the user is about to buy. */
export interface ReplayedBasket {
  readonly user: string;
  /** Time of the first sale of the basket, epoch ms. */
  readonly atMs: number;
  /** The products of the basket that count, at least one. */
  readonly products: ReadonlySet<string>;
  /** The user's sales of the period before this moment, oldest first; those of the same moment are not known yet. */
  readonly earlier: readonly NewerSale[];
  /** The products of the earlier sales that count. */
  readonly boughtEarlier: ReadonlySet<string>;
}

const DAY_MS = 86_400_000;

/**
 * Returns the baskets of a period in the order in which they begin; of the same moment, in the order of the sales. A basket is the
 * sales of one user, day (UTC) and order; sales without an order are one basket per day. Baskets of which nothing counts are left out.
 *
 * @param sales In any order.
 */
export function basketsOf(sales: readonly ReplayedSale[]): ReplayedBasket[] {
  return [...Map.groupBy(sales, ({ user }) => user)]
    .flatMap(([user, own]) => basketsOfUser(user, own))
    .sort((a, b) => a.atMs - b.atMs);
}

function basketsOfUser(user: string, sales: readonly ReplayedSale[]): ReplayedBasket[] {
  const ordered = sales.toSorted((a, b) => a.sale.atMs - b.sale.atMs);
  return [...Map.groupBy(ordered, basketName).values()].flatMap((basket) => {
    const products = productsOf(basket);
    const atMs = basket[0]?.sale.atMs;
    if (products.size === 0 || atMs === undefined) return [];
    const earlier = ordered.filter(({ sale }) => sale.atMs < atMs);
    return {
      user,
      atMs,
      products,
      earlier: earlier.map(({ sale }) => sale),
      boughtEarlier: productsOf(earlier),
    };
  });
}

const basketName = ({ sale: { atMs, orderId } }: ReplayedSale): string =>
  `${Math.floor(atMs / DAY_MS)} ${orderId ?? ''}`;

const productsOf = (sales: readonly ReplayedSale[]): Set<string> =>
  new Set(sales.flatMap(({ bought }) => bought ?? []));

/** A purchase with its time. */
export interface TimedPurchase {
  readonly product: string;
  readonly atMs: number;
}

/**
 * Returns a function that gives the products that sold most in the days before a moment: the most purchases first, of equal ones the
 * lower id. A purchase at the moment itself does not count.
 *
 * @param purchases In any order.
 * @returns A function whose moments must not go back.
 */
export function createRecentPopularity(
  purchases: readonly TimedPurchase[],
  days: number,
): (momentMs: number) => readonly string[] {
  const ordered = purchases.toSorted((a, b) => a.atMs - b.atMs);
  const counts = new Map<string, number>();
  const add = (product: string, count: number): void => {
    counts.set(product, (counts.get(product) ?? 0) + count);
  };
  let [from, until] = [0, 0];
  let popular: readonly string[] | undefined;
  return (momentMs) => {
    const [wasFrom, wasUntil] = [from, until];
    for (let next = ordered[until]; next && next.atMs < momentMs; next = ordered[++until])
      add(next.product, 1);
    for (let next = ordered[from]; next && next.atMs < momentMs - days * DAY_MS; next = ordered[++from])
      add(next.product, -1);
    if (popular && wasFrom === from && wasUntil === until) return popular;
    popular = [...counts]
      .filter(([, count]) => count > 0)
      .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
      .map(([product]) => product);
    return popular;
  };
}

import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { LIST_KINDS, type ListKind, type Metric } from '../../lambdas/shared/contract/quality.ts';
import { seeded } from '../shop/random.ts';
import type { Purchase } from './retail.ts';

/**
 * Scores published lists by the purchases that came after them. It reads nothing but the file that users get, and repeats none of
 * the job's own measuring, in order to check it.
 */

export const CUT = 10;
/** Of the bootstrap. */
export const RESAMPLES = 1_000;
export const SEED = 42;

/** The lists of each user, best first. */
export type PublishedLists = ReadonlyMap<string, Readonly<Record<ListKind, readonly string[]>>>;

/** How good one kind of list is; means over the users who bought something that it admits. */
export interface ListScore {
  readonly ndcg: Metric;
  readonly recall: Metric;
  readonly hitRate: Metric;
  /** Share of the known products that at least one of these users has in the list. */
  readonly coverage: number;
}

const Row = z.object({
  user: z.string(),
  product: z.string(),
  list: z.enum(LIST_KINDS),
  rank: z.coerce.number(),
});

/** @param texts The texts of `recommendations.csv` or of its parts, each with a header. */
export function readLists(texts: readonly string[]): PublishedLists {
  const ranked = new Map<string, Record<ListKind, string[]>>();
  for (const text of texts)
    for (const row of parse(text, { columns: true }) as unknown[]) {
      const { user, product, list, rank } = Row.parse(row);
      const own = ranked.get(user) ?? { any: [], new: [] };
      own[list][rank - 1] = product.toUpperCase();
      ranked.set(user, own);
    }
  return ranked;
}

/**
 * Scores both kinds of lists.
 *
 * A product is correct if the user bought it after the lists were made and somebody had bought it before; in the list `new` only
 * if the user had not. Users who are unknown, or for whom nothing is correct, do not count. A user without a list scores 0.
 *
 * @param before Purchases that were known.
 * @param after Purchases that came later.
 * @returns A list is null if no user counts.
 */
export function scoreLists(
  lists: PublishedLists,
  before: readonly Purchase[],
  after: readonly Purchase[],
): Readonly<Record<ListKind, ListScore | null>> {
  const [owned, bought] = [productsByUser(before), productsByUser(after)];
  const known = new Set(before.map(({ product }) => product));
  const score = (list: ListKind): ListScore | null => {
    const scored: UserScore[] = [];
    const covered = new Set<string>();
    for (const [user, products] of bought) {
      const own = owned.get(user);
      if (!own) continue;
      const correct = [...products].filter(
        (product) => known.has(product) && (list === 'any' || !own.has(product)),
      );
      if (correct.length === 0) continue;
      const shown = lists.get(user)?.[list].slice(0, CUT) ?? [];
      for (const product of shown) if (known.has(product)) covered.add(product);
      scored.push(scoreUser(shown, new Set(correct)));
    }
    if (scored.length === 0) return null;
    const mean = (measure: keyof UserScore): Metric => meanOf(scored.map((user) => user[measure]));
    return {
      ndcg: mean('ndcg'),
      recall: mean('recall'),
      hitRate: mean('hitRate'),
      coverage: covered.size / known.size,
    };
  };
  return { any: score('any'), new: score('new') };
}

function productsByUser(purchases: readonly Purchase[]): Map<string, Set<string>> {
  const byUser = new Map<string, Set<string>>();
  for (const { user, product } of purchases) {
    const products = byUser.get(user) ?? new Set();
    byUser.set(user, products.add(product));
  }
  return byUser;
}

type UserScore = Readonly<Record<'ndcg' | 'recall' | 'hitRate', number>>;

/**
 * Binary gain; the ideal list has min(10, correct) hits (Järvelin, Kekäläinen, ACM TOIS 20(4), 2002). Codes that differ only in
 * case are one product here, so a second one is no second hit.
 */
export function scoreUser(shown: readonly string[], correct: ReadonlySet<string>): UserScore {
  const gainAt = (place: number): number => 1 / Math.log2(place + 2);
  let [gained, ideal, hits] = [0, 0, 0];
  for (const [place, product] of shown.entries())
    if (correct.has(product) && shown.indexOf(product) === place) {
      gained += gainAt(place);
      hits += 1;
    }
  for (let place = 0; place < Math.min(CUT, correct.size); place++) ideal += gainAt(place);
  return { ndcg: gained / ideal, recall: hits / correct.size, hitRate: hits > 0 ? 1 : 0 };
}

/** Returns the mean of values, of users for example, and its 95 % interval: percentiles of the bootstrap (Efron, 1979), with a seed. */
export function meanOf(values: readonly number[]): Metric {
  const random = seeded(SEED);
  const n = values.length;
  const means = Array.from({ length: RESAMPLES }, () => {
    let total = 0;
    for (let draw = 0; draw < n; draw++) total += values[random.below(n)] ?? 0;
    return total / n;
  }).sort((a, b) => a - b);
  const quantile = (share: number): number => means[Math.round(share * (RESAMPLES - 1))] ?? 0;
  return { value: values.reduce((a, b) => a + b, 0) / n, n, low: quantile(0.025), high: quantile(0.975) };
}

import type { CommonScores } from './common-scores.ts';
import { indexIn } from './links.ts';
import type { Model } from './model.ts';
import { createSelection } from './selection.ts';
import { strongest, type UserHistory } from './user-history.ts';

/** Products of each source, at most; of the user's own ones; and of each list of popular products. */
const PER_SOURCE = 100;
const OWN = 250;
const PER_POPULARITY = 60;

/** By product number: 1 for products that may be recommended; undefined if all may. */
export type Eligible = Uint8Array | undefined;

export const isEligible = (eligible: Eligible, product: number): boolean =>
  eligible === undefined || eligible[product] === 1;

/**
 * Returns a function that chooses the candidates of one user after another: the user's own products, the popular products, and of
 * the products that the user neither bought nor looked at the best by matrix factorisation, by co-purchase, and by what is bought
 * after the user's products. Products that are not eligible are left out before the best are chosen, so that others take their
 * place.
 *
 * @returns A function that returns product numbers, ascending. The user must have been scored.
 */
export function createSources(
  { common, popular, rows, hasNeighbours }: Model,
  scores: CommonScores,
): (history: UserHistory, eligible: Eligible) => Int32Array {
  const [byAls, byUsers, byAfter] = [1, 2, 3].map(() => createSelection(PER_SOURCE)) as [
    ReturnType<typeof createSelection>,
    ReturnType<typeof createSelection>,
    ReturnType<typeof createSelection>,
  ];

  function offerAll({ products: own }: UserHistory, eligible: Eligible): void {
    for (const selection of [byAls, byUsers, byAfter]) selection.clear();
    let next = 0;
    for (let place = 0; place < common.products.length; place++) {
      const product = common.products[place] as number;
      while (next < own.length && (own[next] as number) < product) next++;
      if (own[next] === product || !isEligible(eligible, product)) continue;
      const als = scores.als[place] as number;
      if (als > 0) byAls.offer(product, als, 0);
      if (!hasNeighbours) continue;
      const users = scores.users[place] as number;
      if (users > 0) byUsers.offer(product, users, 0);
      const after = scores.after[place] as number;
      if (after > 0) byAfter.offer(product, after, 0);
    }
  }

  return (history, eligible) => {
    offerAll(history, eligible);
    const all: number[] = [
      // Products without a row cannot be described.
      ...strongest(history, OWN, (product) => rows.isKnown[product] === 1 && isEligible(eligible, product)),
    ];
    for (const selection of [byAls, byUsers, byAfter]) selection.addTo(all);
    for (const list of popular) addPopular(all, list, history, eligible);
    return distinct(all);
  };
}

function addPopular(all: number[], popular: Int32Array, { products }: UserHistory, eligible: Eligible): void {
  let added = 0;
  for (let at = 0; at < popular.length && added < PER_POPULARITY; at++) {
    const product = popular[at] as number;
    if (!isEligible(eligible, product) || indexIn(products, product) >= 0) continue;
    all.push(product);
    added++;
  }
}

function distinct(products: readonly number[]): Int32Array {
  const sorted = Int32Array.from(products).sort();
  let kept = 0;
  for (let at = 0; at < sorted.length; at++)
    if (at === 0 || sorted[at] !== sorted[kept - 1]) sorted[kept++] = sorted[at] as number;
  return sorted.subarray(0, kept);
}

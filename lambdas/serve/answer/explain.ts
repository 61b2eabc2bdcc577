import { decay } from './elementary.ts';
import { indexIn, type Links, sourceOf } from './links.ts';
import type { Model } from './model.ts';
import { isPurchase } from './purchases.ts';
import { createSelection, rounded } from './selection.ts';
import { ageOf, HALF_LIFE, type UserHistory } from './user-history.ts';

/** Products that explain a recommendation, at most. */
const MOST_REASONS = 3;

/** A product that the user bought, and its share in the explanation of a recommended product, 0…1. */
export interface Reason {
  readonly number: number;
  readonly share: number;
}

/**
 * Explains recommendations by the products that the user bought, as the explorer of a run does.
 *
 *   contribution(x, j) = weight(x) * sum over the kinds of links of strength(x, j)
 *   weight(x)          = 0.5 ^ (age of the last purchase of x / 6 horizons)
 *   share(x, j)        = contribution(x, j) / sum of the contributions of all purchased products to j
 *
 * for a purchased product x and a recommended product j. If the user bought j, it contributes to itself with strength 1 and is
 * always the first reason.
 *
 * @param listed Numbers of the recommended products, each once.
 * @returns For each of `listed`, at most three reasons, strongest first; none if no purchased product contributes.
 */
export function explain(model: Model, history: UserHistory, listed: readonly number[]): Reason[][] {
  const bought = history.products.filter((_, index) => history.isBought[index] === 1);
  const contributions = listed.map(() => new Float64Array(bought.length));
  const listedAt = new Map(listed.map((product, at) => [model.common.placeOf[product] ?? -1, at]));
  listedAt.delete(-1);
  bought.forEach((product, at) => {
    const weight = weightOf(history, product);
    const itself = contributions[listed.indexOf(product)];
    if (itself) itself[at] = (itself[at] as number) + weight;
    for (const links of [model.common.users, model.common.baskets, model.common.after])
      forEachLink(links, product, (target, strength) => {
        const toTarget = contributions[listedAt.get(target) ?? -1];
        if (toTarget) toTarget[at] = (toTarget[at] as number) + weight * strength;
      });
  });
  return listed.map((product, at) => strongest(product, bought, contributions[at] as Float64Array));
}

/** Decay of the last purchase of a product. */
function weightOf(history: UserHistory, product: number): number {
  const { byProduct, starts, purchases } = history;
  const index = indexIn(history.products, product);
  let at = (starts[index + 1] as number) - 1;
  while (at > (starts[index] as number) && !isPurchase(purchases.weights[byProduct[at] as number] as number))
    at--;
  return decay(ageOf(history, byProduct[at] as number), HALF_LIFE);
}

function forEachLink(links: Links, product: number, body: (target: number, strength: number) => void): void {
  const source = sourceOf(links, product);
  if (source < 0) return;
  for (let link = links.starts[source] as number; link < (links.starts[source + 1] as number); link++)
    body(links.targets[link] as number, links.strengths[link] as number);
}

function strongest(listed: number, bought: Int32Array, contributions: Float64Array): Reason[] {
  const sum = contributions.reduce((total, value) => total + value, 0);
  const best = createSelection(MOST_REASONS);
  contributions.forEach((value, at) => {
    if (value > 0 && bought[at] !== listed) best.offer(at, value, 0);
  });
  const itself = indexIn(bought, listed);
  const others = best.result().map(({ number }) => number);
  return (itself >= 0 ? [itself, ...others] : others).slice(0, MOST_REASONS).map((at) => ({
    number: bought[at] as number,
    share: sum > 0 ? rounded((contributions[at] as number) / sum) : 0,
  }));
}

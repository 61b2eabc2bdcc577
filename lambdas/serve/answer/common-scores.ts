import { createFactorScores } from './factor-scores.ts';
import { type Links, sourceOf } from './links.ts';
import type { Model } from './model.ts';
import type { UserHistory } from './user-history.ts';

const { fround } = Math;

/** The scores of one user for every common product, by place, each rounded to float32. */
export interface CommonScores {
  /** The product of the two factors. */
  readonly als: Float32Array;
  /** Sums over the user's products of weight * strength of the link to this product, by kind of link. */
  readonly users: Float32Array;
  readonly baskets: Float32Array;
  readonly after: Float32Array;
  /** As `baskets`, with the weights of the newest purchases. */
  readonly newestBaskets: Float32Array;
  /** The strength of the strongest link by users. */
  readonly closest: Float32Array;
}

export interface CommonScorer extends CommonScores {
  /** Fills the scores for a user. */
  score(history: UserHistory, factor: Float32Array): void;
}

/**
 * Makes the arrays of scores, which are filled again for each user. The loops run for every user and product, so that each kind of
 * link has its own.
 */
export function createCommonScorer(model: Model): CommonScorer {
  const { common, rank, rows, hasNeighbours } = model;
  const array = (): Float32Array => new Float32Array(common.products.length);
  const factorScores = createFactorScores(rows.factors, common.products, rank);
  const scores = {
    als: factorScores.scores,
    users: array(),
    baskets: array(),
    after: array(),
    newestBaskets: array(),
    closest: array(),
  };
  const { users, baskets, after, newestBaskets, closest } = scores;
  const linked = [users, baskets, after, newestBaskets, closest];
  return {
    ...scores,
    score(history, factor) {
      factorScores.fill(factor);
      if (!hasNeighbours) return;
      for (const values of linked) values.fill(0);
      for (let index = 0; index < history.products.length; index++) {
        const product = history.products[index] as number;
        const weight = history.weights[index] as number;
        addUsers(common.users, product, { weight, users, closest });
        addLinks(common.baskets, product, weight, baskets);
        addLinks(common.baskets, product, history.newestWeights[index] as number, newestBaskets);
        addLinks(common.after, product, weight, after);
      }
    },
  };
}

function addUsers(
  links: Links,
  product: number,
  { weight, users, closest }: { weight: number; users: Float32Array; closest: Float32Array },
): void {
  const source = sourceOf(links, product);
  if (source < 0) return;
  const { starts, targets, strengths } = links;
  for (let link = starts[source] as number; link < (starts[source + 1] as number); link++) {
    const target = targets[link] as number;
    const strength = strengths[link] as number;
    users[target] = (users[target] as number) + fround(weight * strength);
    if (strength > (closest[target] as number)) closest[target] = strength;
  }
}

function addLinks(links: Links, product: number, weight: number, sums: Float32Array): void {
  const source = sourceOf(links, product);
  if (source < 0) return;
  const { starts, targets, strengths } = links;
  for (let link = starts[source] as number; link < (starts[source + 1] as number); link++) {
    const target = targets[link] as number;
    sums[target] = (sums[target] as number) + fround(weight * (strengths[link] as number));
  }
}

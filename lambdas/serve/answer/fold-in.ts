import { decay, pow } from './elementary.ts';
import { areFew, createFewPairs } from './few-pairs.ts';
import type { Model } from './model.ts';
import { createNormalEquations } from './normal-equations.ts';
import { ageOf, type UserHistory } from './user-history.ts';

/**
 * Returns a function that computes a user's factor from the user's history and the factors of products. The confidence of a pair is
 * 1 + alpha * preference; see `preferencesOf`.
 *
 * It is the step that training ends with (users are solved last), so that a user without newer sales gets the factor of the run, to
 * the last bit. Products without a row have no factor and take no part.
 *
 * @returns A function that returns `rank` values, valid until the next call; zeros if no product of the user has a factor.
 */
export function createFoldIn(model: Model): (history: UserHistory) => Float32Array {
  const { rank, equations, rows, regularisation } = model;
  const solve = createNormalEquations(equations.gram, rank);
  const solveFew = equations.eigen && createFewPairs(equations.eigen, rank);
  const factor = new Float32Array(rank);
  return (history) => {
    const known = indicesWithFactor(model, history);
    if (known.length === 0) return factor.fill(0);
    const preferences = preferencesOf(model, history);
    const pairs = {
      factors: rows.factors,
      products: Int32Array.from(known, (index) => history.products[index] as number),
      confidences: Float32Array.from(known, (index) => model.alpha * (preferences[index] as number)),
      regularisation: regularisation * known.length,
    };
    if (solveFew && areFew(pairs.confidences, rank)) solveFew(pairs, factor);
    else solve(pairs, factor);
    return factor;
  };
}

function indicesWithFactor({ rows }: Model, { products }: UserHistory): number[] {
  const indices: number[] = [];
  for (let index = 0; index < products.length; index++)
    if (rows.isKnown[products[index] as number] === 1) indices.push(index);
  return indices;
}

/**
 * Returns how strongly a user prefers each product of the history: every purchase counts by type and quantity, and decays with age.
 *
 *   preference(p) = sum over purchases of p of weight(type) * quantity ^ quantityExponent * 0.5 ^ (age / halfLife)
 */
export const preferencesOf = (model: Model, history: UserHistory): number[] =>
  Array.from(history.products, (_, index) => preferenceOf(model, history, index));

function preferenceOf(
  { quantityExponent, halfLifeHorizons }: Model,
  history: UserHistory,
  index: number,
): number {
  const { byProduct, starts, purchases } = history;
  let sum = 0;
  for (let at = starts[index] as number; at < (starts[index + 1] as number); at++) {
    const line = byProduct[at] as number;
    sum +=
      (purchases.weights[line] as number) *
      pow(purchases.quantities[line] as number, quantityExponent) *
      decay(ageOf(history, line), halfLifeHorizons);
  }
  return sum;
}

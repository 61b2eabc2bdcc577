import { decay, pow } from './elementary.ts';
import { areFew, createFewPairs } from './few-pairs.ts';
import type { Model } from './model.ts';
import { createNormalEquations } from './normal-equations.ts';
import { ageOf, type UserHistory } from './user-history.ts';

/**
 * Returns a function that computes a user's factor from the user's history and the factors of products.
 *
 * It is the step that training ends with (users are solved last), so that a user without newer sales gets the factor of the run, to
 * the last bit. Products without a row have no factor and take no part.
 *
 *   preference(p) = sum over purchases of p of weight(type) * quantity ^ quantityExponent * 0.5 ^ (age / halfLife)
 *   confidence(p) = 1 + alpha * preference(p)
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
    const pairs = {
      factors: rows.factors,
      products: Int32Array.from(known, (index) => history.products[index] as number),
      confidences: Float32Array.from(known, (index) => model.alpha * preferenceOf(model, history, index)),
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

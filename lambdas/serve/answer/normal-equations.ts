import { solveCholesky } from './linear.ts';

/**
 * The normal equations of one row of a factorisation, A x = b:
 *
 *   A = gram + regularisation * I + sum over pairs of confidence * y y^T
 *   b = sum over pairs of (1 + confidence) * y
 *
 * where y is the factor of the other side of a pair, and `confidence` is the confidence minus 1.
 */

/** The pairs of a user: factors of products, and confidences minus 1 as float32. */
export interface Pairs {
  /** `rank` values per product number. */
  readonly factors: Float32Array;
  /** Product numbers, ascending. */
  readonly products: Int32Array;
  readonly confidences: Float32Array;
  /** Added to the diagonal, above 0. */
  readonly regularisation: number;
}

/**
 * Returns a function that solves the equations for the pairs of one user after another, by Cholesky decomposition.
 *
 * @param gram Sum of y y^T over all factors, row by row; only the lower triangle is read.
 */
export function createNormalEquations(
  gram: Float64Array,
  rank: number,
): (pairs: Pairs, result: Float32Array) => void {
  const matrix = new Float64Array(rank * rank);
  const right = new Float64Array(rank);
  const vector = new Float64Array(rank);
  return ({ factors, products, confidences, regularisation }, result) => {
    matrix.set(gram);
    right.fill(0);
    for (let pair = 0; pair < products.length; pair++) {
      const from = (products[pair] as number) * rank;
      const confidence = confidences[pair] as number;
      for (let i = 0; i < rank; i++) vector[i] = factors[from + i] as number;
      addOuter(matrix, vector, confidence);
      for (let i = 0; i < rank; i++)
        right[i] = (right[i] as number) + (1 + confidence) * (vector[i] as number);
    }
    for (let i = 0; i < rank; i++) matrix[i * rank + i] = (matrix[i * rank + i] as number) + regularisation;
    solveCholesky(matrix, right, rank);
    result.set(right);
  };
}

/** Adds weight * y y^T to the lower triangle of a matrix. */
function addOuter(matrix: Float64Array, y: Float64Array, weight: number): void {
  const rank = y.length;
  for (let i = 0; i < rank; i++) {
    const scale = weight * (y[i] as number);
    const row = i * rank;
    for (let j = 0; j <= i; j++) matrix[row + j] = (matrix[row + j] as number) + scale * (y[j] as number);
  }
}

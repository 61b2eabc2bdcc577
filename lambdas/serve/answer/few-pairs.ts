import { addScaled, dot, solveCholesky } from './linear.ts';
import type { FactorEquations } from './model.ts';
import type { Pairs } from './normal-equations.ts';

/**
 * Solves the normal equations for users with few pairs, by the eigenvectors of the gram matrix and the identity of Woodbury (Golub
 * and Van Loan: Matrix Computations, 4th edition, section 2.1.4):
 *
 *   gram = Q L Q^T,   D = L + regularisation * I,   Z = Q^T Y
 *   x = Q D^-1 Z m,   where (C^-1 + Z^T D^-1 Z) m = (1 + c) / c
 *
 * The columns of Y are the factors of the pairs, and C is the diagonal matrix of their confidences c. Training solves such users in
 * the same way, so that the last digits are the same.
 */
type Eigen = NonNullable<FactorEquations['eigen']>;

/**
 * Returns true if training solves a user by this method: the user has at most half as many pairs as the rank, and each has a
 * confidence, because it is divided by.
 */
export const areFew = (confidences: Float32Array, rank: number): boolean =>
  confidences.length <= Math.floor(rank / 2) && confidences.every((confidence) => confidence > 0);

/** Returns a function that solves the equations for the pairs of one user after another. */
export function createFewPairs(eigen: Eigen, rank: number): (pairs: Pairs, result: Float32Array) => void {
  const most = Math.floor(rank / 2);
  const rows = (): Float64Array[] => Array.from({ length: most }, () => new Float64Array(rank));
  const [turned, divided] = [rows(), rows()];
  const [inverse, sum, vector] = [new Float64Array(rank), new Float64Array(rank), new Float64Array(rank)];
  const matrix = new Float64Array(most * most);
  const right = new Float64Array(most);

  function addRow(row: number, { factors, products, confidences }: Pairs): void {
    const [z, d] = [turned[row] as Float64Array, divided[row] as Float64Array];
    const from = (products[row] as number) * rank;
    for (let k = 0; k < rank; k++) vector[k] = factors[from + k] as number;
    turn(eigen.vectors, vector, z);
    for (let k = 0; k < rank; k++) d[k] = (z[k] as number) * (inverse[k] as number);
    const at = row * products.length;
    for (let column = 0; column <= row; column++)
      matrix[at + column] = dot(d, 0, turned[column] as Float64Array, 0, rank);
    const confidence = confidences[row] as number;
    matrix[at + row] = (matrix[at + row] as number) + 1 / confidence;
    right[row] = (1 + confidence) / confidence;
  }

  return (pairs, result) => {
    const count = pairs.products.length;
    for (let k = 0; k < rank; k++) inverse[k] = 1 / ((eigen.values[k] as number) + pairs.regularisation);
    for (let row = 0; row < count; row++) addRow(row, pairs);
    solveCholesky(matrix, right, count);
    sum.fill(0);
    for (let row = 0; row < count; row++)
      addScaled(sum, divided[row] as Float64Array, 0, { length: rank, scale: right[row] as number });
    turn(eigen.transposed, sum, vector);
    result.set(vector);
  };
}

/** Multiplies the transpose of a matrix by a vector. */
function turn(matrix: Float64Array, vector: Float64Array, result: Float64Array): void {
  const length = vector.length;
  result.fill(0);
  for (let row = 0; row < length; row++)
    addScaled(result, matrix, row * length, { length, scale: vector[row] as number });
}

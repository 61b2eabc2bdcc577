/** Sums over vectors, always in the same order as in the Spark job, and with the same rounding. */

const { fround } = Math;

/**
 * Returns the dot product of float32 vectors: of the `length` values of `a` from 0 on and of those of `b` from `offset` on. Every
 * product and every sum is rounded to float32. Four sums are added at the end.
 */
export function dotFloats(a: Float32Array, b: Float32Array, offset: number, length: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = length - (length % 4);
  let i = 0;
  for (; i < whole; i += 4) {
    const at = offset + i;
    s0 = fround(s0 + fround((a[i] as number) * (b[at] as number)));
    s1 = fround(s1 + fround((a[i + 1] as number) * (b[at + 1] as number)));
    s2 = fround(s2 + fround((a[i + 2] as number) * (b[at + 2] as number)));
    s3 = fround(s3 + fround((a[i + 3] as number) * (b[at + 3] as number)));
  }
  for (; i < length; i++) s0 = fround(s0 + fround((a[i] as number) * (b[offset + i] as number)));
  return fround(fround(s0 + s1) + fround(s2 + s3));
}

/** Returns the dot product of the `length` doubles of `a` from `aOffset` on and those of `b` from `bOffset` on. */
export function dot(
  a: Float64Array,
  aOffset: number,
  b: Float64Array,
  bOffset: number,
  length: number,
): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = length - (length % 4);
  let i = 0;
  for (; i < whole; i += 4) {
    const x = aOffset + i;
    const y = bOffset + i;
    s0 += (a[x] as number) * (b[y] as number);
    s1 += (a[x + 1] as number) * (b[y + 1] as number);
    s2 += (a[x + 2] as number) * (b[y + 2] as number);
    s3 += (a[x + 3] as number) * (b[y + 3] as number);
  }
  for (; i < length; i++) s0 += (a[aOffset + i] as number) * (b[bOffset + i] as number);
  return s0 + s1 + (s2 + s3);
}

/** Returns the Euclidean length of a float32 vector; the squares are rounded to float32, and their sum is a double. */
export function norm(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += fround(value * value);
  return Math.sqrt(sum);
}

/** Adds scale * `from` to `to`: the `length` values of `from` from `offset` on to the first ones of `to`. */
export function addScaled(
  to: Float64Array,
  from: Float64Array,
  offset: number,
  { length, scale }: { length: number; scale: number },
): void {
  for (let i = 0; i < length; i++) to[i] = (to[i] as number) + scale * (from[offset + i] as number);
}

/** Keeps rounding errors from making a pivot negative. */
const LEAST_PIVOT = 1e-10;

/**
 * Solves A x = b by the decomposition A = L L^T of a symmetric, positive definite matrix.
 *
 * @param matrix A, row by row; only the lower triangle is read, and L replaces it.
 * @param right b, which x replaces.
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = (matrix[i * size + j] as number) - dot(matrix, i * size, matrix, j * size, j);
      matrix[i * size + j] =
        i === j ? Math.sqrt(Math.max(rest, LEAST_PIVOT)) : rest / (matrix[j * size + j] as number);
    }
  }
  for (let i = 0; i < size; i++) {
    let rest = right[i] as number;
    for (let k = 0; k < i; k++) rest -= (matrix[i * size + k] as number) * (right[k] as number);
    right[i] = rest / (matrix[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i--) {
    const solved = (right[i] as number) / (matrix[i * size + i] as number);
    right[i] = solved;
    for (let k = 0; k < i; k++) right[k] = (right[k] as number) - (matrix[i * size + k] as number) * solved;
  }
}

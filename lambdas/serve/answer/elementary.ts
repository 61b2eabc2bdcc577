/**
 * Powers and logarithms that have the same bits as those of the Spark job. `Math.log`, `Math.pow` and `Math.exp` differ in the
 * last digit from one engine to the next, and a step of a tree turns that into another list. These functions only add, multiply,
 * divide, compare and scale by powers of two, which IEEE 754 defines exactly. The job's `Elementary` has the same operations in
 * the same order; `test/fixtures/elementary.json` has its results.
 */

const { LN2, LOG2E } = Math;
const SMALLEST_NORMAL = 2 ** -1022;
const TWO_TO_54 = 2 ** 54;

/** By exponent + 1022: powers of two from 2^-1022 to 2^1023. */
const POWERS = powersOfTwo();

/** A double and its two halves; the high half has the sign and the exponent. */
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

/**
 * Returns 2^x; x is limited to -1074…1023.
 *
 * @example exp2(-1) // 0.5
 */
export function exp2(x: number): number {
  const limited = Math.max(-1074, Math.min(1023, x));
  const whole = Math.floor(limited + 0.5);
  const y = (limited - whole) * LN2;
  let sum = 1;
  for (let k = 14; k >= 1; k--) sum = 1 + (y / k) * sum;
  if (whole >= -1022) return sum * (POWERS[whole + 1022] as number);
  return sum * SMALLEST_NORMAL * (POWERS[whole + 2044] as number);
}

/** Returns the natural logarithm of a finite number above 0. */
export function ln(x: number): number {
  const isSubnormal = x < SMALLEST_NORMAL;
  double[0] = isSubnormal ? x * TWO_TO_54 : x;
  const high = halves[1] as number;
  let exponent = (high >>> 20) - 1023 - (isSubnormal ? 54 : 0);
  halves[1] = (high & 0xfffff) | 0x3ff00000;
  let mantissa = double[0] as number;
  if (mantissa >= 1.5) {
    mantissa /= 2;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const z = s * s;
  let sum = 0;
  for (let k = 21; k >= 3; k -= 2) sum = (sum + 1 / k) * z;
  return exponent * LN2 + (2 * s + 2 * s * sum);
}

/** Returns ln(1 + x), x above -1. */
export const log1p = (x: number): number => ln(1 + x);

/** Returns base^exponent for a base above 0. */
export function pow(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (exponent === 1) return base;
  return exp2(exponent * (ln(base) * LOG2E));
}

/** Returns 0.5^(age / halfLife). Both are in horizons. */
export const decay = (age: number, halfLife: number): number => exp2(-age / halfLife);

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2046);
  // Doubling is exact, and so does not depend on how the engine computes powers.
  powers[0] = Number.MIN_VALUE * TWO_TO_54 * 0.25;
  for (let at = 1; at < powers.length; at++) powers[at] = 2 * (powers[at - 1] as number);
  return powers;
}

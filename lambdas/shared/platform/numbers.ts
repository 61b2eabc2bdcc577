/** Totals and extremes of any number of values. `Math.max(...values)` throws at about 125,000 of them: each becomes an argument on the stack. */

/**
 * Returns the largest of any number of values.
 *
 * @returns `-Infinity` if there are no values, as `Math.max()` does.
 *
 * @example
 * highest([3, 1, 2]) // 3
 * @example
 * highest([]) // -Infinity
 */
export function highest(values: Iterable<number>): number {
  let result = Number.NEGATIVE_INFINITY;
  for (const value of values) result = Math.max(result, value);
  return result;
}

/**
 * Returns the smallest of any number of values.
 *
 * @returns `Infinity` if there are no values, as `Math.min()` does.
 *
 * @example
 * lowest([3, 1, 2]) // 1
 * @example
 * lowest([]) // Infinity
 */
export function lowest(values: Iterable<number>): number {
  let result = Number.POSITIVE_INFINITY;
  for (const value of values) result = Math.min(result, value);
  return result;
}

/**
 * Adds any number of values, in their order.
 *
 * @returns 0 if there are no values.
 *
 * @example
 * sum([1, 2, 3]) // 6
 * @example
 * sum([]) // 0
 */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Sums, extremes and number formats, for Lambdas, pages and browsers alike. */

/**
 * Adds any number of values.
 *
 * @returns 0 if there are no values.
 * @example sum([1, 2, 3]) // 6
 */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/**
 * Returns the highest of any number of values. `Math.max(...values)` passes each value as an argument and throws a
 * RangeError at about 125,000 of them.
 *
 * @param atLeast The result if no value is higher, so also if there are no values.
 * @example highest([3, 7], 5) // 7
 * @example highest([], 1) // 1
 */
export function highest(values: Iterable<number>, atLeast = Number.NEGATIVE_INFINITY): number {
  let most = atLeast;
  for (const value of values) if (value > most) most = value;
  return most;
}

/**
 * Returns the lowest of any number of values; see {@link highest}.
 *
 * @param atMost The result if no value is lower, so also if there are no values.
 * @example lowest([3, 7], 5) // 3
 */
export function lowest(values: Iterable<number>, atMost = Number.POSITIVE_INFINITY): number {
  let least = atMost;
  for (const value of values) if (value < least) least = value;
  return least;
}

/** @example grouped(1234567) // '1,234,567' */
export const grouped = (value: number): string => value.toLocaleString('en-US');

/**
 * @param plural Needed if the plural is not the noun with an s.
 * @example counted(1, 'sale') // '1 sale'
 * @example counted(1200, 'batch', 'batches') // '1,200 batches'
 */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(count)} ${count === 1 ? noun : plural}`;

/**
 * Formats a share as a percentage: for a sentence with two significant digits, where only the whole is 100 %; for a
 * column of a table with the same number of decimal places in every row.
 *
 * @param share From 0 to 1.
 * @param decimals Decimal places; if left out, two significant digits.
 * @example percent(0.4) // '40 %'
 * @example percent(0.0123) // '1.2 %'
 * @example percent(0.9996) // '99.9 %'
 * @example percent(0.4, 1) // '40.0 %'
 */
export function percent(share: number, decimals?: number): string {
  const hundred = 100 * share;
  if (decimals !== undefined) return `${hundred.toFixed(decimals)} %`;
  if (hundred > 99 && hundred < 100) return `${Math.min(99.9, hundred).toFixed(1)} %`;
  const digits = Math.abs(hundred) < 10 && !Number.isInteger(hundred) ? 1 : 0;
  return `${hundred.toFixed(digits)} %`;
}

/**
 * Formats a difference with its sign. The minus is U+2212, which is as wide as the plus.
 *
 * @param decimals Decimal places; with 0, thousands are grouped.
 * @example signed(-0.02) // '−0.020'
 * @example signed(1234, 0) // '+1,234'
 */
export function signed(difference: number, decimals = 3): string {
  const size = Math.abs(difference);
  return `${difference < 0 ? '−' : '+'}${decimals === 0 ? grouped(Math.round(size)) : size.toFixed(decimals)}`;
}

/**
 * Formats a count for a place with little room: from 10,000 on in thousands.
 *
 * @example compact(9999) // '9,999'
 * @example compact(12345) // '12k'
 */
export const compact = (count: number): string =>
  count < 10_000 ? grouped(count) : `${Math.round(count / 1000)}k`;

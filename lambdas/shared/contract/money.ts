/** Amounts in US dollars. They are kept to a millionth of a dollar, so that sums and comparisons are exact. */

const MICRO = 1e6;
const toMicro = (usd: number): number => Math.round(usd * MICRO);

/** @example roundUsd(0.12345678) // 0.123457 */
export const roundUsd = (usd: number): number => toMicro(usd) / MICRO;

/**
 * Adds amounts, each rounded to a millionth of a dollar.
 *
 * @returns 0 if there are none.
 * @example addUsd([0.1, 0.2]) // 0.3
 */
export function addUsd(amounts: Iterable<number>): number {
  let micro = 0;
  for (const usd of amounts) micro += toMicro(usd);
  return micro / MICRO;
}

/**
 * Formats an amount for people: with cents, and a small amount with two significant digits.
 *
 * @example formatUsd(1234.5) // '$1,234.50'
 * @example formatUsd(0.4567) // '$0.46'
 * @example formatUsd(0.00214) // '$0.0021'
 * @example formatUsd(0) // '$0.00'
 */
export function formatUsd(usd: number): string {
  const rounded = roundUsd(usd);
  if (rounded >= SMALL_USD || rounded === 0)
    return `$${rounded.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  return `$${rounded.toFixed(Math.min(6, 1 - Math.floor(Math.log10(rounded))))}`;
}

/** Smaller amounts have two significant digits. */
const SMALL_USD = 0.095;

/**
 * Names the calendar month of a moment, UTC.
 *
 * @example monthOf(Date.UTC(2026, 10, 30, 23, 59)) // '2026-11'
 */
export const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 'YYYY-MM'.length);

/**
 * Returns the moment at which the next month begins, epoch ms.
 *
 * @param month As {@link monthOf} names it.
 * @example endOfMonth('2026-12') // 1798761600000
 */
export function endOfMonth(month: string): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return Date.UTC(year, number, 1);
}

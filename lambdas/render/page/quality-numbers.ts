import { signed } from '../../shared/contract/numbers.ts';
import { BASELINES, type Metric, type RankingMetrics } from '../../shared/contract/quality.ts';
import { type Html, html } from '../../shared/web/html.ts';

/** How the page names scorers and formats what was measured of them. */

/** The scorers that were measured on a list, in the order of the table. */
export type Scorers = readonly (readonly [string, RankingMetrics])[];

const NAMES: Readonly<Record<string, string>> = {
  ...BASELINES,
  served: 'the served run',
  matrixFactorisation: 'matrix factorisation alone',
};
export const nameOf = (scorer: string): string => NAMES[scorer] ?? scorer;

/**
 * Shows a mean with its interval. A line may break before the bracket, never within it.
 *
 * @example interval(metric) // 0.400 (0.300–0.500)
 */
export const interval = ({ value, low, high }: Metric, digits = 3): Html =>
  html`${value.toFixed(digits)} <span>(${low.toFixed(digits)}–${high.toFixed(digits)})</span>`;

/** @example difference({ value: 0.02, low: 0.01, high: 0.03, n: 9 }) // '+0.020 (+0.010 to +0.030)' */
export const difference = ({ value, low, high }: Metric): string =>
  `${signed(value)} (${signed(low)} to ${signed(high)})`;

import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { duration, valueOption, wholeNumber } from '../terminal/options.ts';

/** Options that say when a window is cut. */

export const thresholdOption = (threshold: number) =>
  wholeNumber('--threshold <N>', 'fewest new sales that cut a window', { least: 1 }).default(
    threshold,
    grouped(threshold),
  );

export const growthOption = () =>
  valueOption(
    '--growth <SHARE>',
    'a window adds at least this share of all cut before (default: 0.2; 0: off)',
    (text) => {
      const value = Number(text);
      if (/^\d*\.?\d+$/.test(text) && value <= 10) return value;
      throw new Error('a number from 0 to 10');
    },
  );

export const maxWaitOption = () =>
  duration('--max-wait <TIME>', 'a sale waits at most this long for a window (default: 24h)');

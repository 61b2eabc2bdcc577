import { Option } from '@commander-js/extra-typings';
import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { charges } from '../shop/charges.ts';
import { typeWeights } from '../shop/type-weights.ts';
import { duration, valueOption, wholeNumber } from '../terminal/options.ts';

/** Options of the configuration: when a window is cut, what its run is trained on, and how ids are stored. */

export const thresholdOption = (threshold: number) =>
  wholeNumber('--threshold <N>', 'number of new sales that cut a window', { least: 1 }).default(
    threshold,
    grouped(threshold),
  );

export const growthOption = () =>
  valueOption(
    '--growth <SHARE>',
    'new sales must also be this share of all earlier ones (default: 0.2; 0: off)',
    (text) => {
      const value = Number(text);
      if (/^\d*\.?\d+$/.test(text) && value <= 10) return value;
      throw new Error('a number from 0 to 10');
    },
  );

export const maxWaitOption = () =>
  duration('--max-wait <TIME>', 'cut a window once a sale has waited this long (default: 24h)');

export const monthlyTrainingOption = () =>
  valueOption(
    '--monthly-usd <USD>',
    'let runs beyond this cost wait for the next month (default: no ceiling)',
    (text) => {
      const value = Number(text);
      if (/^\d*\.?\d+$/.test(text) && value > 0) return value;
      throw new Error('a number of dollars above 0');
    },
  );

export const typeWeightsOption = () =>
  valueOption(
    '--type-weights <LIST>',
    'weights of types of sales: view=0.1,cart=0.3 (0: leave out)',
    typeWeights,
  );

export const chargesOption = () =>
  valueOption(
    '--charges <LIST>',
    'ids or names of charges to leave out: GIFT-WRAP,postage=false (false: keep)',
    charges,
  );

/** The variable is for containers, whose command is fixed (`local/docker-compose.yml`). */
export const keyedOption = () =>
  new Option('--keyed', 'store pseudonyms in place of the ids of users, orders and sales').env(
    'CARTOGRAPH_KEYED',
  );

export const refusePersonalOption = () =>
  new Option('--refuse-personal', 'reject sales that look like personal data');

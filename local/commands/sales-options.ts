import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { columnMap } from '../shop/column-map.ts';
import { isGiven, refuseTogether } from '../terminal/command-line.ts';
import { text, valueOption, wholeNumber } from '../terminal/options.ts';

/** Options of the commands that put sales on the topic, simulated or from a file. */

export const DEFAULT_COUNT = 30_000;
export const DEFAULT_SEED = 1;

export const countOption = (count: number) =>
  wholeNumber('--count <N>', 'number of simulated records', { least: 1 }).default(count, grouped(count));

export const seedOption = (help: string) =>
  wholeNumber('--seed <N>', help, { least: 0, most: 2 ** 31 - 1 }).default(
    DEFAULT_SEED,
    String(DEFAULT_SEED),
  );

export const inputOption = () =>
  text('--input <FILE>', 'replay a CSV or NDJSON file (also .gz) instead of simulating');

export const mapOption = () =>
  valueOption('--map <FIELDS>', 'columns of the file: userId=CustomerID,productId=StockCode,…', columnMap);

const REPLAYED_WHOLE = 'a file is replayed whole, and nothing is simulated';

/** @throws {Error} If a file and options of the simulation are given, or a map without a file. */
export function checkSalesOptions(command: CommandUnknownOpts): void {
  if (isGiven(command, 'map') && !isGiven(command, 'input'))
    throw new Error('--map needs --input: there is no file whose columns it names');
  refuseTogether(command, 'input', { count: REPLAYED_WHOLE, seed: REPLAYED_WHOLE });
}

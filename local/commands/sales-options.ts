import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { columnMap } from '../input/column-map.ts';
import type { InputOptions } from '../input/options.ts';
import { parseTimeFormat } from '../input/time-format.ts';
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
  text('--input <FILE>', 'replay CSV, NDJSON, a JSON array (also .gz) or Parquet instead of simulating');

export const mapOption = () =>
  valueOption('--map <FIELDS>', 'columns of the file: userId=CustomerID,productId=StockCode,…', columnMap);

export const encodingOption = () =>
  valueOption('--encoding <NAME>', 'encoding of the file, such as windows-1252 (default: UTF-8)', (name) => {
    try {
      return new TextDecoder(name).encoding;
    } catch {
      throw new Error('an encoding such as utf-8, windows-1252, iso-8859-2 or shift_jis');
    }
  });

export const timeFormatOption = () =>
  valueOption(
    '--time-format <FORM>',
    'form of its timestamps: "d/M/yyyy H:mm", seconds … (default: ISO 8601)',
    parseTimeFormat,
  );

export const INTEGER_IDS = [
  '--integer-ids',
  'read ids of a text file such as 17850.0 as whole numbers: 17850',
] as const;

export const skipOption = () =>
  wholeNumber('--skip <N>', 'leave out the first N records of the file, as after a failure', { least: 0 });

/** Returns how a file is read. */
export const inputOptionsOf = ({
  map,
  encoding,
  timeFormat,
  integerIds,
  skip,
}: InputOptions): InputOptions => ({
  map,
  encoding,
  timeFormat,
  integerIds,
  skip,
});

const REPLAYED_WHOLE = 'a file is replayed whole, and nothing is simulated';

const NEED_INPUT: Readonly<Record<string, string>> = {
  map: 'there is no file whose columns it names',
  encoding: 'there is no file to decode',
  timeFormat: 'there is no file whose timestamps it describes',
  integerIds: 'there is no file whose ids it changes',
  skip: 'there is no file to leave records out of',
};

const optionName = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** @throws {Error} If a file and options of the simulation are given, or an option that describes a file without one. */
export function checkSalesOptions(command: CommandUnknownOpts): void {
  for (const [name, reason] of Object.entries(NEED_INPUT))
    if (isGiven(command, name) && !isGiven(command, 'input'))
      throw new Error(`--${optionName(name)} needs --input: ${reason}`);
  refuseTogether(command, 'input', { count: REPLAYED_WHOLE, seed: REPLAYED_WHOLE });
}

import { Option } from '@commander-js/extra-typings';
import { grouped } from '../../lambdas/shared/contract/numbers.ts';

/**
 * Kinds of options that several commands have. Each one validates its value. The error gives the value and what it should be:
 * `--count is abc, should be a whole number from 1`.
 */

/**
 * Makes an option with a value.
 *
 * @param read Parses the text of the command line; throws an `Error` whose message completes "should be …".
 */
export function valueOption<const Flags extends string, Value>(
  flags: Flags,
  help: string,
  read: (text: string) => Value,
) {
  const option = new Option(flags, help);
  return option.argParser((text: string): Value => {
    try {
      return read(text);
    } catch (error) {
      // Not an InvalidArgumentError: commander would put its own text before the sentence.
      throw new Error(
        `${option.long} is ${text === '' ? 'empty' : text}, should be ${error instanceof Error ? error.message : error}`,
      );
    }
  });
}

export const wholeNumber = <const Flags extends string>(
  flags: Flags,
  help: string,
  { least, most = Number.MAX_SAFE_INTEGER }: { readonly least: number; readonly most?: number },
) =>
  valueOption(flags, help, (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new Error(
      most === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${least}`
        : `a whole number from ${least} to ${most}`,
    );
  });

/** What the value of an option with this placeholder should be. */
const EXPECTED = {
  DIR: 'a directory',
  FILE: 'a file',
  'HOST:PORT': 'HOST:PORT',
  ID: 'an id',
  KEYS: 'a key, or the beginning of keys',
  NAME: 'a name',
  URL: 'a URL',
} as const;

/** Returns what the value of a text option should be; undefined for other options. */
export function expectedText(flags: string): string | undefined {
  const placeholder = /<(.+)>/.exec(flags)?.[1] ?? '';
  return Object.hasOwn(EXPECTED, placeholder) ? EXPECTED[placeholder as keyof typeof EXPECTED] : undefined;
}

/** A text that is not empty. `parseCommandLine` refuses the next option as its value. */
export const text = <const Flags extends `--${string} <${keyof typeof EXPECTED}>`>(
  flags: Flags,
  help: string,
) =>
  valueOption(flags, help, (value) => {
    if (value !== '') return value;
    throw new Error(expectedText(flags));
  });

/** A number from 0 to `most` that may be written as 1e6. */
export const amount = <const Flags extends string>(flags: Flags, help: string, most: number) =>
  valueOption(flags, help, (value) => {
    const number = Number(value);
    if (/^\d+(\.\d+)?(e\d+)?$/i.test(value) && number <= most) return number;
    throw new Error(`a number from 0 to ${grouped(most)}, such as 1e6`);
  });

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration such as 90s or 24h. Its value is in seconds. */
export const duration = <const Flags extends string>(flags: Flags, help: string) =>
  valueOption(flags, help, (value) => {
    const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(value) ?? [];
    const seconds = Number(number) * (UNIT_SECONDS[unit] ?? 0);
    if (seconds > 0) return seconds;
    throw new Error('a number and s, m, h or d: 90s, 24h');
  });

export const stackOption = () =>
  text('--stack <NAME>', 'work on this CloudFormation stack instead of this machine');

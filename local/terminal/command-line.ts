import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { expectedText } from './options.ts';

/** The environment variables that npm sets for the scripts that it runs. */
export type NpmEnvironment = Readonly<Record<string, string | undefined>>;

/** Columns after which lines of the help are wrapped. */
const HELP_WIDTH = 110;

/**
 * Makes the command line of an npm script. The caller adds its options.
 *
 * @param script Name of the script in package.json.
 */
export const commandLine = (script: string, description: string) =>
  new Command(`${npmCommand(script)} --`)
    .description(description)
    .helpOption('--help', 'show this help')
    .configureOutput({
      getOutHelpWidth: () => HELP_WIDTH,
      // The error is also thrown, and runToEnd prints it.
      writeErr: () => undefined,
    })
    .exitOverride();

const npmCommand = (script: string): string => (script === 'start' ? 'npm start' : `npm run ${script}`);

/**
 * Parses the arguments of a command: `--name value`, `--name=value`, or `--name` for switches. Prints the help on `--help`.
 *
 * @returns The same command, with its options and arguments set.
 * @throws {CommanderError} With exit code 0, after the help was printed.
 * @throws {Error} If an option is unknown (the message names a similar one), lacks its value, has an invalid value, or was
 *   taken by npm.
 */
export function parseCommandLine<Line extends CommandUnknownOpts>(
  command: Line,
  args: readonly string[],
  npm: NpmEnvironment = process.env,
): Line {
  refuseTakenByNpm(command, npm);
  refuseOptionsAsValues(command, args);
  try {
    command.parse([...args], { from: 'user' });
  } catch (cause) {
    if (cause instanceof CommanderError && cause.exitCode !== 0)
      throw new Error(sentenceOf(cause, command), { cause });
    throw cause;
  }
  return command;
}

/**
 * Makes one sentence of commander's error: its suggestion is on a second line, and a switch with a value is reported as an
 * unknown option. Commander does not notice that an argument is the name of an option without its dashes.
 */
function sentenceOf({ message, code }: CommanderError, { options }: CommandUnknownOpts): string {
  const [, name, value] = /unknown option '(--[^=]+)=(.*?)'/s.exec(message) ?? [];
  if (options.some(({ long }) => long === name)) return `${name} takes no value, but is ${value}`;
  const sentence = message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/s, '; did you mean $1?')
    .replace(/^./, (letter) => letter.toUpperCase());
  if (code === 'commander.excessArguments') {
    const words = /got \d+: (.*)\.$/s.exec(message)?.[1]?.split(', ') ?? [];
    const meant = options.find(({ long }) => words.some((word) => long === `--${word}`))?.long;
    if (meant) return `${sentence.replace(/\.$/, '')}; did you mean ${meant}? --help lists all options`;
  }
  const isUnknown = code === 'commander.unknownOption' || code === 'commander.excessArguments';
  return isUnknown ? `${sentence.replace(/([^?.])$/, '$1.')} --help lists all options` : sentence;
}

/**
 * Refuses the next option as a text: in `--export --once` the directory is missing. A value that begins with dashes, as an id
 * may, is written with an equals sign, which commander does not distinguish.
 */
function refuseOptionsAsValues({ options }: CommandUnknownOpts, args: readonly string[]): void {
  for (const { long, flags } of options) {
    const value = long ? args[args.indexOf(long) + 1] : undefined;
    const expected = expectedText(flags);
    if (long && expected !== undefined && args.includes(long) && value?.startsWith('--'))
      throw new Error(
        `${long} is ${value}, should be ${expected}; if it begins with dashes, write ${long}=${value}`,
      );
  }
}

/** npm treats options before `--` as its own configuration, so that the script does not get them. */
function refuseTakenByNpm({ options }: CommandUnknownOpts, npm: NpmEnvironment): void {
  const taken = options.flatMap(({ long, flags, required }) => {
    const value = long && npm[`npm_config_${long.slice(2).replaceAll('-', '_')}`];
    if (value === undefined) return [];
    // npm splits `--count 5`: it takes `--count` with the value "true" and passes the 5 to the script.
    if (!required) return [long];
    return [value === 'true' ? flags.replaceAll(/[<>]/g, '') : `${long} ${value}`];
  });
  if (taken.length === 0) return;
  const lost = taken.join(' ');
  throw new Error(
    `Cannot read ${lost}: npm takes it as its own option; write ${npmCommand(npm.npm_lifecycle_event ?? 'start')} -- ${lost}`,
  );
}

/** Returns true if the option is on the command line; a default value does not count. */
export const isGiven = (command: CommandUnknownOpts, name: string): boolean =>
  command.getOptionValueSource(name) === 'cli';

/**
 * Refuses options that would have no effect together with the option `name`. Commander's own `conflicts` gives no reason.
 *
 * @param others The reason by the name of each option, without dashes.
 * @throws {Error} If `name` and one of the others are on the command line.
 */
export function refuseTogether(
  command: CommandUnknownOpts,
  name: string,
  others: Readonly<Record<string, string>>,
): void {
  if (!isGiven(command, name)) return;
  for (const [other, reason] of Object.entries(others))
    if (isGiven(command, other)) throw new Error(`--${other} and --${name} contradict each other: ${reason}`);
}

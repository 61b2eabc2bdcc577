import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';

/** The environment that npm gives to the scripts that it runs. */
export type NpmEnvironment = Readonly<Record<string, string | undefined>>;

/** A terminal is at least this wide, in characters; longer lines of the help are wrapped. */
const HELP_WIDTH = 110;

/**
 * Makes the command line of an npm script, to which options are added.
 *
 * @param script Its name in package.json.
 */
export const commandLine = (script: string, description: string) =>
  new Command(`${npmCommand(script)} --`)
    .description(description)
    .helpOption('--help', 'this list')
    .configureOutput({
      getOutHelpWidth: () => HELP_WIDTH,
      // The error is thrown, and whoever catches it prints it.
      writeErr: () => undefined,
    })
    .exitOverride();

const npmCommand = (script: string): string => (script === 'start' ? 'npm start' : `npm run ${script}`);

/**
 * Reads the words of a command line: `--name value`, `--name=value`, or `--name` for switches. Prints the help if asked to.
 *
 * @returns the command itself, with its options and arguments read
 * @throws {CommanderError} With exit code 0, when the help has been printed.
 * @throws {Error} If an option is unknown (the message names similar ones), lacks its value, has one that is not allowed, or
 *   was taken by npm.
 */
export function parseCommandLine<Line extends CommandUnknownOpts>(
  command: Line,
  args: readonly string[],
  npm: NpmEnvironment = process.env,
): Line {
  refuseSwallowed(command, npm);
  try {
    command.parse([...args], { from: 'user' });
  } catch (cause) {
    if (cause instanceof CommanderError && cause.exitCode !== 0)
      throw new Error(sentenceOf(cause, command), { cause });
    throw cause;
  }
  return command;
}

/** Commander puts its suggestion into a line of its own, and has no word for a switch with a value. */
function sentenceOf({ message, code }: CommanderError, { options }: CommandUnknownOpts): string {
  const [, name, value] = /unknown option '(--[^=]+)=(.*?)'/s.exec(message) ?? [];
  if (options.some(({ long }) => long === name)) return `${name} takes no value, but is ${value}`;
  const sentence = message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/s, '; did you mean $1?')
    .replace(/^./, (letter) => letter.toUpperCase());
  const isUnknown = code === 'commander.unknownOption' || code === 'commander.excessArguments';
  return isUnknown ? `${sentence.replace(/([^?.])$/, '$1.')} --help lists all options` : sentence;
}

/** npm takes options that are written before the second `--` as its own configuration; the script does not get them. */
function refuseSwallowed({ options }: CommandUnknownOpts, npm: NpmEnvironment): void {
  const swallowed = options.flatMap(({ long, flags, required }) => {
    const value = long && npm[`npm_config_${long.slice(2).replaceAll('-', '_')}`];
    if (value === undefined) return [];
    // npm splits `--count 5`: it takes `--count` with the value "true" and leaves the 5 to the script.
    if (!required) return [long];
    return [value === 'true' ? flags.replaceAll(/[<>]/g, '') : `${long} ${value}`];
  });
  if (swallowed.length === 0) return;
  const words = swallowed.join(' ');
  throw new Error(
    `Cannot read ${words}: npm takes it for itself; write ${npmCommand(npm.npm_lifecycle_event ?? 'start')} -- ${words}`,
  );
}

/** Whether an option is on the command line; a default value does not count. */
export const isGiven = (command: CommandUnknownOpts, name: string): boolean =>
  command.getOptionValueSource(name) === 'cli';

/**
 * Refuses options that would have no effect beside another one. Commander's own `conflicts` does not give the reason.
 *
 * @param others Each option, without its dashes, and the reason.
 * @throws {Error} If the option and one of the others are on the command line.
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

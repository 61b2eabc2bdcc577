import { CommanderError } from '@commander-js/extra-typings';
import { expect, test } from 'vitest';
import {
  commandLine,
  isGiven,
  parseCommandLine,
  refuseTogether,
} from '../../../local/terminal/command-line.ts';
import { duration, stackOption, text, wholeNumber } from '../../../local/terminal/options.ts';

const retry = () =>
  commandLine('retry', 'one more attempt for a window')
    .addOption(wholeNumber('--window <N>', 'which one', { least: 1 }))
    .addOption(duration('--max-wait <TIME>', 'how long').default(60))
    .addOption(stackOption());

test('a command gets the values of its options, and knows which options were given', () => {
  const command = parseCommandLine(retry(), ['--window', '3'], {});
  expect(command.opts()).toEqual({ window: 3, maxWait: 60 });
  expect([isGiven(command, 'window'), isGiven(command, 'maxWait'), isGiven(command, 'stack')]).toEqual([
    true,
    false,
    false,
  ]);
});

test.each([
  [['--windw', '3'], "Unknown option '--windw'; did you mean --window? --help lists all options"],
  [['--window', '3', 'more'], 'Expected 0 arguments but got 1: more. --help lists all options'],
  [['--window'], "Option '--window <N>' argument missing"],
  [['--window', 'x'], '--window is x, should be a whole number from 1'],
])('%j is an error on one line', (args, message) => {
  expect(() => parseCommandLine(retry(), args, {})).toThrow(message);
  expect(() => parseCommandLine(retry(), args, {})).toThrow(/^[^\n]+$/);
});

test('the help ends a command without an error', () => {
  const command = retry().configureOutput({ writeOut: () => undefined });
  try {
    parseCommandLine(command, ['--help'], {});
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(CommanderError);
    expect(error).toMatchObject({ exitCode: 0 });
  }
});

test('an option that npm has taken as its own is named, with the command that passes it to the script', () => {
  const window = { npm_config_window: '3', npm_lifecycle_event: 'retry' };
  expect(() => parseCommandLine(retry(), [], window)).toThrow('write npm run retry -- --window 3');
  expect(() => parseCommandLine(commandLine('gallery', ''), ['--help-me'], {})).toThrow(
    "Unknown option '--help-me'",
  );
});

test('two options that contradict each other are refused with the reason; a default value contradicts nothing', () => {
  const both = () =>
    commandLine('produce', '')
      .addOption(text('--input <FILE>', ''))
      .addOption(wholeNumber('--count <N>', '', { least: 1 }).default(5));
  const others = { count: 'a file is replayed whole' };
  const parsed = (...args: readonly string[]) => parseCommandLine(both(), args, {});
  expect(() => refuseTogether(parsed('--input', 'a', '--count', '5'), 'input', others)).toThrow(
    '--count and --input contradict each other: a file is replayed whole',
  );
  refuseTogether(parsed('--input', 'a'), 'input', others);
  refuseTogether(parsed('--count', '5'), 'input', others);
});

test('the help has usage, description, options and defaults', () => {
  expect(retry().helpInformation()).toMatchInlineSnapshot(`
    "Usage: npm run retry -- [options]

    one more attempt for a window

    Options:
      --window <N>       which one
      --max-wait <TIME>  how long (default: 60)
      --stack <NAME>     work on this CloudFormation stack instead of this machine
      --help             show this help
    "
  `);
});

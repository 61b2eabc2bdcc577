import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { needsOf } from '../../../local/bootstrap.mjs';
import {
  COMMANDS,
  type CommandModule,
  type CommandName,
  isCommandName,
} from '../../../local/commands/registry.ts';
import { ROOT } from '../../../local/process/paths.ts';
import { parseCommandLine } from '../../../local/terminal/command-line.ts';

const names = Object.keys(COMMANDS).filter(isCommandName);
/** These pass their arguments to another program, or are started only by other programs. */
const WITHOUT_OPTIONS: readonly CommandName[] = ['test', 'cdk', 'deploy', 'emulate', 'archive-classes'];
const withOptions = names.filter((name) => !WITHOUT_OPTIONS.includes(name));

async function commandLineOf(name: CommandName) {
  const { commandLine }: CommandModule = await COMMANDS[name]();
  if (!commandLine) throw new Error(`${name} has no options`);
  return commandLine();
}

test.each(withOptions)(
  'the help of %s lists every option, in lines of at most 110 characters',
  async (name) => {
    const command = await commandLineOf(name);
    const help = command.helpInformation();
    for (const { long } of command.options)
      expect(help).toMatch(new RegExp(`^ {2}${long}[ <>A-Z:]* {2,}\\S`, 'm'));
    expect(help).toMatch(/^ {2}--help {2,}show this help$/m);
    expect(help.split('\n').filter((line) => line.length > 110)).toEqual([]);
  },
);

test.each(withOptions)(
  '%s refuses an unknown option, and one that npm has taken as its own',
  async (name) => {
    const command = await commandLineOf(name);
    const valid = name === 'quality' || name === 'catalogue' ? ['file.csv'] : [];
    expect(() => parseCommandLine(command, [...valid, '--nothing'])).toThrow("Unknown option '--nothing'");
    for (const { long = '' } of command.options) {
      const taken = {
        [`npm_config_${long.slice(2).replaceAll('-', '_')}`]: 'true',
        npm_lifecycle_event: name,
      };
      expect(() => parseCommandLine(command, valid, taken)).toThrow(
        ': npm takes it as its own option; write npm ',
      );
    }
  },
);

test('no command has an option that npm sets for every script', async () => {
  for (const name of withOptions)
    for (const { long } of (await commandLineOf(name)).options)
      expect([
        '--yes',
        '--json',
        '--global',
        '--loglevel',
        '--prefix',
        '--cache',
        '--userconfig',
      ]).not.toContain(long);
});

test('loading the module of a command runs nothing', async () => {
  for (const name of names) expect(await COMMANDS[name]()).toHaveProperty('run');
});

test('every command has a file with its name', () => {
  const files = readdirSync(join(ROOT, 'local', 'commands'));
  for (const name of names) expect(files).toContain(`${name}.ts`);
});

test.each(withOptions)('%s installs no broker, emulator or Spark if it works on a stack', async (name) => {
  const { options } = await commandLineOf(name);
  const worksOnStack = options.some(({ long }) => long === '--stack');
  expect(needsOf(name, ['--stack', 'Shop'])?.installs.join() === 'npm packages').toBe(
    worksOnStack || name === 'cost',
  );
});

import {
  type NpmEnvironment,
  commandLine as npmCommandLine,
  parseCommandLine,
} from '../terminal/command-line.ts';
import { text, wholeNumber } from '../terminal/options.ts';
import {
  checkSalesOptions,
  countOption,
  DEFAULT_COUNT,
  inputOption,
  mapOption,
  seedOption,
} from './sales-options.ts';
import { growthOption, maxWaitOption, thresholdOption } from './window-options.ts';

/** With the default simulation two windows are cut. */
const DEFAULT_THRESHOLD = 12_000;

export const commandLine = () =>
  npmCommandLine('start', 'the whole pipeline on this machine')
    .option('--once', 'end when the input is worked off; exit code 0 only if all of it worked')
    .addOption(countOption(DEFAULT_COUNT))
    .addOption(seedOption('starts every random choice'))
    .addOption(inputOption())
    .addOption(mapOption())
    .addOption(thresholdOption(DEFAULT_THRESHOLD))
    .addOption(growthOption())
    .addOption(maxWaitOption())
    .addOption(text('--export <DIR>', "copy the current run's files and charts there"))
    .option('--keep', 'keep the bucket and the log of the broker from the last time')
    .addOption(wholeNumber('--partitions <N>', 'partitions of the topic', { least: 1, most: 100 }).default(3))
    .addOption(
      wholeNumber('--rank <N>', 'length of the factor vectors (default: 64)', { least: 1, most: 512 }),
    )
    .addOption(
      wholeNumber('--port <N>', 'port of the charts (default: a free one)', { least: 1, most: 65_535 }),
    )
    .addOption(text('--bootstrap <HOST:PORT>', 'use this Kafka broker instead of starting one'))
    .addOption(text('--endpoint <URL>', 'use this AWS API instead of starting an emulator'));
export type StartOptions = Readonly<ReturnType<ReturnType<typeof commandLine>['opts']>>;

/** @throws {Error} If an option is wrong, or two contradict each other. */
export function parseStartOptions(args: readonly string[], npm?: NpmEnvironment): StartOptions {
  const command = parseCommandLine(commandLine(), args, npm);
  const options = command.opts();
  checkSalesOptions(command);
  if ((options.bootstrap === undefined) !== (options.endpoint === undefined))
    throw new Error(
      '--bootstrap and --endpoint go together: both parts run elsewhere, or both are started here',
    );
  return options;
}

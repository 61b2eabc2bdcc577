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
  encodingOption,
  INTEGER_IDS,
  inputOption,
  mapOption,
  seedOption,
  skipOption,
  timeFormatOption,
} from './sales-options.ts';
import {
  chargesOption,
  growthOption,
  keyedOption,
  maxWaitOption,
  monthlyTrainingOption,
  refusePersonalOption,
  thresholdOption,
  typeWeightsOption,
} from './window-options.ts';

/** The default simulation is cut into two windows. */
const DEFAULT_THRESHOLD = 12_000;

export const commandLine = () =>
  npmCommandLine('start', 'run the whole pipeline on this machine')
    .option('--once', 'exit when the input is processed, with code 0 only if everything worked')
    .addOption(countOption(DEFAULT_COUNT))
    .addOption(seedOption('seed of every random choice'))
    .addOption(inputOption())
    .addOption(mapOption())
    .addOption(encodingOption())
    .addOption(timeFormatOption())
    .option(...INTEGER_IDS)
    .addOption(skipOption())
    .addOption(thresholdOption(DEFAULT_THRESHOLD))
    .addOption(growthOption())
    .addOption(maxWaitOption())
    .addOption(typeWeightsOption())
    .addOption(chargesOption())
    .addOption(monthlyTrainingOption())
    .addOption(text('--export <DIR>', 'copy the files and charts of the served run to this directory'))
    .addOption(
      text(
        '--reveal <FILE>',
        'with --keyed and --export: ids of users, to replace their pseudonyms in the export',
      ),
    )
    .option('--keep', "continue with the bucket and the broker's log of the last start")
    .addOption(keyedOption())
    .addOption(refusePersonalOption())
    .addOption(wholeNumber('--partitions <N>', 'partitions of the topic', { least: 1, most: 100 }).default(3))
    .addOption(
      wholeNumber('--rank <N>', 'length of the factor vectors (default: 64)', { least: 1, most: 512 }),
    )
    .addOption(
      wholeNumber('--port <N>', 'port that serves the charts (default: a free one)', {
        least: 1,
        most: 65_535,
      }),
    )
    .addOption(
      wholeNumber('--api-port <N>', 'port that serves the API (default: a free one)', {
        least: 1,
        most: 65_535,
      }),
    )
    .addOption(text('--bootstrap <HOST:PORT>', 'use this Kafka broker instead of starting one'))
    .addOption(text('--endpoint <URL>', 'use this AWS API, and its job server, instead of starting them'));
export type StartOptions = Readonly<ReturnType<ReturnType<typeof commandLine>['opts']>>;

/** @throws {Error} If an option is invalid, or two contradict each other. */
export function parseStartOptions(args: readonly string[], npm?: NpmEnvironment): StartOptions {
  const command = parseCommandLine(commandLine(), args, npm);
  const options = command.opts();
  checkSalesOptions(command);
  if ((options.bootstrap === undefined) !== (options.endpoint === undefined))
    throw new Error(
      '--bootstrap and --endpoint go together: both parts run elsewhere, or both are started here',
    );
  if (options.keep && options.endpoint !== undefined)
    throw new Error('--keep works only without --endpoint: an AWS API elsewhere may keep nothing');
  if (options.reveal !== undefined && options.export === undefined)
    throw new Error('--reveal needs --export: it replaces pseudonyms in the exported files');
  if (options.reveal !== undefined && !options.keyed)
    throw new Error(
      '--reveal needs --keyed: without it the export has the ids of the shop, so there is nothing to reveal',
    );
  return options;
}

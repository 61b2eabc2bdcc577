import { Option } from '@commander-js/extra-typings';
import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { isRegion, REGIONS, type Region } from '../../lambdas/shared/contract/prices.ts';
import { type BillInput, makeBill, POLLERS, STREAMS } from '../cost/bill.ts';
import { DEFAULTS } from '../cost/defaults.ts';
import { costTable, formatBill } from '../cost/table.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { amount, valueOption, wholeNumber } from '../terminal/options.ts';
import { growthOption, maxWaitOption, thresholdOption } from './window-options.ts';

export const commandLine = () =>
  npmCommandLine('cost', 'estimate what a stack costs a month')
    .addOption(
      amount('--sales-per-month <N>', 'sales a month, such as 1e6', 1e10).default(
        DEFAULTS.salesPerMonth,
        grouped(DEFAULTS.salesPerMonth),
      ),
    )
    .addOption(
      new Option('--stream <KIND>', 'where the sales come from').choices(STREAMS).default(DEFAULTS.stream),
    )
    .addOption(
      new Option('--pollers <KIND>', 'pollers that read the topic for the Lambda')
        .choices(POLLERS)
        .default(DEFAULTS.pollers),
    )
    .addOption(
      wholeNumber('--partitions <N>', 'partitions of the topic', { least: 1, most: 1000 }).default(
        DEFAULTS.partitions,
      ),
    )
    .option('--no-serve', 'leave out the API and what it needs')
    .addOption(
      amount('--requests-per-sale <N>', 'lists that the shop asks the API for, for each sale', 1e4).default(
        DEFAULTS.requestsPerSale,
      ),
    )
    .addOption(
      wholeNumber('--month <N>', 'month after the deployment: each run trains on all sales so far', {
        least: 1,
        most: 120,
      }).default(DEFAULTS.month),
    )
    .addOption(
      wholeNumber('--runs-per-month <N>', 'runs (default: computed from threshold, growth and wait)', {
        least: 0,
        most: 1e6,
      }),
    )
    .addOption(
      wholeNumber('--record-bytes <N>', 'size of a record on the topic', {
        least: 1,
        most: 1024 * 1024,
      }).default(DEFAULTS.recordBytes),
    )
    .addOption(thresholdOption(DEFAULTS.threshold))
    .addOption(growthOption())
    .addOption(maxWaitOption())
    .addOption(regionOption())
    .option('--table', 'print the table of docs/deploy.md: every stream, idle and busy');

const regionOption = () =>
  valueOption(
    '--region <REGION>',
    `region whose prices are used (known: ${REGIONS.join(', ')})`,
    (text): Region => {
      if (isRegion(text)) return text;
      throw new Error(
        `a region whose prices are in lambdas/shared/contract/prices.ts: ${REGIONS.join(', ')}`,
      );
    },
  ).default(DEFAULTS.region);

/** `npm run cost`: prints what a stack costs a month, line by line. */
export async function run(args: readonly string[]): Promise<void> {
  const { growth, maxWait, table, ...options } = parseCommandLine(commandLine(), args).opts();
  const input: BillInput = {
    ...options,
    growth: growth ?? DEFAULTS.growth,
    maxWaitSeconds: maxWait ?? DEFAULTS.maxWaitSeconds,
  };
  console.log(table ? costTable(input) : formatBill(makeBill(input), input));
}

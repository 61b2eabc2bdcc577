import { type BillInput, makeBill } from '../cost/bill.ts';
import { DEFAULTS } from '../cost/defaults.ts';
import { costTable, formatBill } from '../cost/table.ts';
import { command } from '../terminal/command.ts';
import { COST_OPTIONS, helpText, parseOptions } from './options.ts';

/** `npm run cost`: what a stack costs a month, line by line. */
await command(async (args) => {
  const options = parseOptions(COST_OPTIONS, args);
  if (options.help)
    return console.log(helpText('npm run cost: what a stack costs a month, about', COST_OPTIONS));
  const input: BillInput = {
    region: options.region ?? DEFAULTS.region,
    stream: options.stream ?? DEFAULTS.stream,
    pollers: options.pollers ?? DEFAULTS.pollers,
    salesPerMonth: options['sales-per-month'] ?? DEFAULTS.salesPerMonth,
    month: options.month ?? DEFAULTS.month,
    recordBytes: options['record-bytes'] ?? DEFAULTS.recordBytes,
    runsPerMonth: options['runs-per-month'],
    threshold: options.threshold ?? DEFAULTS.threshold,
    growth: options.growth ?? DEFAULTS.growth,
    maxWaitSeconds: options['max-wait'] ?? DEFAULTS.maxWaitSeconds,
  };
  console.log(options.table ? costTable(input) : formatBill(makeBill(input), input));
});

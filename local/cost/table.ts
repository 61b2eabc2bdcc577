import { counted, grouped } from '../../lambdas/shared/contract/numbers.ts';
import { PRICES_AS_OF } from '../../lambdas/shared/contract/prices.ts';
import { MAX_PARTITIONS_LISTED_AT_ONCE } from '../../lambdas/threshold/scan.ts';
import { type Bill, type BillInput, makeBill } from './bill.ts';
import type { BillLine } from './line.ts';

/** Formats a bill as text, with every line. */
export function formatBill(
  bill: Bill,
  { salesPerMonth, month, region, stream, pollers, partitions, serve, requestsPerSale }: BillInput,
): string {
  const asked = serve ? `${counted(requestsPerSale, 'list')} asked for with each sale` : 'without an API';
  const title = `${grouped(salesPerMonth)} sales a month, month ${month}, ${region}, stream ${stream}, ${pollers} pollers, ${counted(partitions, 'partition')}`;
  return [
    title,
    `US dollars a month, prices of ${PRICES_AS_OF}, ${asked}`,
    '',
    'Idle',
    ...bill.idle.map(formatLine),
    total('idle', bill.idleUsd),
    '',
    'Busy, in addition',
    ...bill.busy.map(formatLine),
    total('busy', bill.busyUsd),
    '',
    total('idle and busy', bill.idleUsd + bill.busyUsd),
    '',
    ...(partitions > MANY_PARTITIONS
      ? [
          `Every poll stores a batch of each partition, so more than ${MANY_PARTITIONS} partitions are expensive;`,
          'one partition stores thousands of sales a second.',
        ]
      : []),
    'A rough estimate: free tiers are not subtracted, and sizes and times are assumed (local/cost/assumed.ts).',
    'Runs are priced on arm64, with all workers from start to end; their actual cost is in their receipts (docs/cost.md).',
    'lambdas/shared/contract/prices.ts names the pages of the prices.',
  ].join('\n');
}

const MANY_PARTITIONS = MAX_PARTITIONS_LISTED_AT_ONCE;

const formatLine = ({ part, quantity, price, usd }: BillLine): string =>
  `  ${part.padEnd(38)}${amount(quantity).padStart(13)} ${price.unit.padEnd(16)}${money(usd).padStart(11)}`;

const total = (name: string, usd: number): string => `  = ${name.padEnd(66)}${money(usd).padStart(11)}`;

const amount = (quantity: number): string =>
  quantity.toLocaleString('en-US', { maximumFractionDigits: quantity < 100 ? 2 : 0 });

const money = (usd: number): string =>
  usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const COLUMNS = [1e5, 1e6, 1e7] as const;
const ROWS = [
  { stream: 'serverless', pollers: 'on-demand' },
  { stream: 'serverless', pollers: 'provisioned' },
  { stream: 'provisioned', pollers: 'on-demand' },
  { stream: 'provisioned', pollers: 'provisioned' },
  { stream: 'existing', pollers: 'on-demand' },
  { stream: 'existing', pollers: 'provisioned' },
] as const;

/**
 * Returns the table of docs/deploy.md in Markdown: for each stream and poller, the cost when idle and with sales, in two digits.
 *
 * @param others The input that all cells share.
 */
export function costTable(others: Omit<BillInput, 'stream' | 'pollers' | 'salesPerMonth'>): string {
  const rows = ROWS.map(({ stream, pollers }) => {
    const bills = COLUMNS.map((salesPerMonth) => makeBill({ ...others, stream, pollers, salesPerMonth }));
    const cells = [bills[0]?.idleUsd ?? 0, ...bills.map(({ idleUsd, busyUsd }) => idleUsd + busyUsd)];
    return `| \`${stream}\` | \`${pollers}\` | ${cells.map(rounded).join(' | ')} |`;
  });
  const heads = COLUMNS.map((sales) => `${grouped(sales)} sales a month`);
  return [`| stream | pollers | idle | ${heads.join(' | ')} |`, '|---|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}

const rounded = (usd: number): string => `$${grouped(Number(usd.toPrecision(2)))}`;

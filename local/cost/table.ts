import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { type Bill, type BillInput, type BillLine, makeBill } from './bill.ts';
import { PRICES_AS_OF } from './prices.ts';

/** The bill for a person, every line of it. */
export function formatBill(bill: Bill, { salesPerMonth, month, region, stream, pollers }: BillInput): string {
  const shown = `${grouped(salesPerMonth)} sales a month, month ${month}, ${region}, stream ${stream}, ${pollers} pollers`;
  return [
    shown,
    `US dollars a month, prices of ${PRICES_AS_OF}`,
    '',
    'Idle',
    ...bill.idle.map(formatLine),
    total('idle', bill.idleUsd),
    '',
    'Busy, beside it',
    ...bill.busy.map(formatLine),
    total('busy', bill.busyUsd),
    '',
    total('both', bill.idleUsd + bill.busyUsd),
    '',
    'Order of magnitude: free tiers are not subtracted, and sizes and times are assumed (local/cost/bill.ts).',
    'A run is paid on arm64, with all workers from start to end. Check the prices: local/cost/prices.ts names the pages.',
  ].join('\n');
}

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
 * The README's table: idle and with sales, by option, two digits each, in Markdown.
 *
 * @param others What is the same in every cell.
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

import { formatUsd } from '../contract/money.ts';
import { sum } from '../contract/numbers.ts';
import type { Receipt, Waiting } from '../contract/receipt.ts';
import { describeWaiting, isMeasuredLocally, MEASURED_LOCALLY, type RunCost } from '../contract/run-cost.ts';
import { type Content, type Html, html, NOTHING, table } from './html.ts';

/**
 * Shows what runs cost: a sentence about the newest, a row for each attempt, newest first, and which windows wait.
 *
 * @param costs Oldest first.
 */
export function costTable(costs: readonly RunCost[], waiting: readonly Waiting[] = []): Html {
  const receipts = costs.flatMap((cost) => cost.receipts).reverse();
  const unreadable = sum(costs.map((cost) => cost.unreadable));
  return html`${waiting.map((each) => html`<p class="bad">${describeWaiting(each)}</p>\n`)}
${
  receipts.length === 0
    ? html`<p>No run is billed yet. AWS reports the bill of a job some time after its end.</p>`
    : html`${newestRun(receipts)}
${rowsOf(receipts)}
<p class="soft">US dollars by the prices of ${receipts[0]?.prices.asOf ?? ''} in ${receipts[0]?.prices.region ?? ''}. Lambdas: all of them since the receipt before. S3: counted writes, estimated reads, and a month of keeping the bytes. A month is 730 hours at the pace of the newest sales.${isMeasuredLocally(costs) ? ` ${MEASURED_LOCALLY}` : ''}</p>`
}
${unreadable === 0 ? NOTHING : html`<p class="bad">Receipts that cannot be read: ${unreadable}.</p>`}`;
}

function newestRun(receipts: readonly Receipt[]): Html {
  const newest = receipts.find(({ succeeded, whole }) => succeeded && whole.unknownAttempts === 0);
  if (!newest) return NOTHING;
  const { usd, usdPerThousandSales, usdPerThousandUsers, usdPerMonth } = newest.whole;
  const parts = [
    `Run ${newest.run} cost ${formatUsd(usd)}`,
    ...(usdPerThousandSales === null ? [] : [`${formatUsd(usdPerThousandSales)} for 1,000 sales`]),
    ...(usdPerThousandUsers === null ? [] : [`${formatUsd(usdPerThousandUsers)} for 1,000 users`]),
    ...(usdPerMonth === null ? [] : [`${formatUsd(usdPerMonth)} a month at this pace`]),
  ];
  return html`<p>${parts.join(', ')}.</p>`;
}

const rowsOf = (receipts: readonly Receipt[]): Html =>
  table({
    label: 'Cost of each attempt, newest first',
    header: [
      'Run',
      'Attempt',
      'Attempt in all',
      'Run in all',
      'Result',
      'Job',
      'Lambdas',
      'S3',
      'vCPU-hours',
      'Memory, GB-hours',
      '1,000 users',
      '1,000 sales',
      'Month at this pace',
    ],
    rows: receipts.map(row),
    numbers: [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12],
    texts: [4],
  });

function row(receipt: Receipt): Content[] {
  const { run, attempt, job, usd, whole } = receipt;
  return [
    run,
    attempt,
    amount(usd.total),
    inAll(whole),
    result(receipt),
    amount(usd.job),
    amount(sum(Object.values(usd.lambda))),
    amount(usd.s3Requests + usd.s3Storage),
    hours(job.usage?.vcpuHours),
    hours(job.usage?.memoryGbHours),
    amount(whole.usdPerThousandUsers),
    amount(whole.usdPerThousandSales),
    amount(whole.usdPerMonth),
  ];
}

/** Words for the end of a job that wrote no run, by its state. */
const ENDINGS: Readonly<Record<string, string>> = {
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  SUCCESS: 'ended without a run',
  GONE: 'not known to EMR',
};

function result({ succeeded, overBudget, job }: Receipt): Html {
  const ended = succeeded
    ? html`<span class="good">✓ run</span>`
    : html`<span class="bad">✗ ${job.state === null ? 'not started' : (ENDINGS[job.state] ?? job.state)}</span>`;
  return html`${ended}${overBudget ? ', over the budget' : ''}${job.unknownBecause === null ? '' : `; bill unknown: ${job.unknownBecause}`}`;
}

/** A run whose only attempts have no bill cost an unknown amount. */
function inAll({ usd, unknownAttempts }: Receipt['whole']): string {
  if (unknownAttempts === 0) return formatUsd(usd);
  return usd === 0 ? '–' : `at least ${formatUsd(usd)}`;
}

const amount = (usd: number | null): string => (usd === null ? '–' : formatUsd(usd));
const hours = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(3));

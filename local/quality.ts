import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { manifestKey } from '../lambdas/shared/keys.ts';
import { parseJson } from '../lambdas/shared/lake.ts';
import { LIST_KINDS, type Metric, Metrics } from '../lambdas/shared/quality.ts';
import { Manifest } from '../lambdas/shared/schemas.ts';
import { callerPath } from './caller-path.ts';
import { command } from './command.ts';
import { fileJobCommand } from './file-job.ts';
import { writeFileLake } from './file-lake.ts';
import { replay } from './replay.ts';
import { type OutgoingRecord, SIMULATION_END_MS } from './simulate.ts';

/** Columns of UCI Online Retail: https://doi.org/10.24432/C5BW33 */
const MAP = {
  userId: 'CustomerID',
  productId: 'StockCode',
  quantity: 'Quantity',
  timestamp: 'InvoiceDate',
  orderId: 'InvoiceNo',
  price: 'UnitPrice',
  productName: 'Description',
};
/** Train before it, test on what comes after, to the end of the file. */
const HOLDOUT_FROM_MS = Date.UTC(2011, 10, 9);
const RECORDS_PER_POLL = 10_000;

const Row = z.object({
  userId: z.string(),
  productId: z.string().transform((code) => code.trim().toUpperCase()),
  quantity: z.number().positive(),
  price: z.number().positive(),
  orderId: z.string().refine((invoice) => !invoice.startsWith('C')),
  timestamp: z.string(),
  productName: z.string().optional(),
});

/**
 * `npm run quality -- FILE`: trains on Online Retail up to November 2011 by the real job, and measures on the month after
 * it, beside the baselines. Rows without a customer, cancellations, and codes that are no product are left out, for all
 * scorers alike.
 */
await command(async ([file]) => {
  if (!file) throw new Error('Cannot measure: the file of UCI Online Retail is missing');
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-quality-'));
  try {
    const lake = join(directory, 'lake');
    writeFileLake(lake, await readPolls(callerPath(file)), { holdoutFromMs: HOLDOUT_FROM_MS });
    await promisify(execFile)('java', fileJobCommand({ lake, directory }), { maxBuffer: 1e8 });
    const read = (key: string): string => readFileSync(join(lake, key), 'utf8');
    const manifest = parseJson(read(manifestKey(1)), manifestKey(1), Manifest);
    const key = manifest.files.find(({ name }) => name === 'metrics.json')?.key ?? '';
    console.log(tableOf(parseJson(read(key), key, Metrics)));
    const seconds = Object.entries(manifest.seconds).map(([step, took]) => `${step} ${took.toFixed(1)}`);
    console.log(`\nSeconds: ${seconds.join(', ')}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

async function readPolls(path: string): Promise<OutgoingRecord[][]> {
  const polls: OutgoingRecord[][] = [[]];
  for await (const { value } of replay(path, MAP)) {
    const row = Row.safeParse(JSON.parse(String(value)));
    if (!row.success || !/^\d{5}[A-Z]{0,2}$/.test(row.data.productId)) continue;
    if ((polls.at(-1)?.length ?? 0) >= RECORDS_PER_POLL) polls.push([]);
    const record = {
      key: null,
      value: Buffer.from(JSON.stringify(row.data)),
      timestampMs: SIMULATION_END_MS,
    };
    polls.at(-1)?.push(record);
  }
  return polls;
}

function tableOf({ any, new: fresh }: Metrics): string {
  const rows = LIST_KINDS.flatMap((list) =>
    Object.entries((list === 'any' ? any : fresh) ?? {}).map(
      ([scorer, measured]) =>
        `| ${list} | ${scorer} | ${metric(measured['ndcg@10'])} | ${metric(measured['recall@10'])} | ${metric(measured['map@10'])} | ${metric(measured['hitRate@10'])} | ${measured['coverage@10'].toFixed(3)} | ${measured['ndcg@10'].n} |`,
    ),
  );
  return [
    '| list | scorer | NDCG@10 | recall@10 | MAP@10 | hit rate@10 | coverage@10 | users |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function metric({ value, low, high }: Metric): string {
  return `${value.toFixed(4)} (${low.toFixed(4)}–${high.toFixed(4)})`;
}

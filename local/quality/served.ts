import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureOutside } from './outside.ts';
import type { ProtocolName } from './protocols.ts';
import { type Purchase, type Row, SHOPS, type ShopName, splitRows, writeRetailFile } from './retail.ts';
import { readLists, scoreLists } from './score.ts';
import { type Settings, serve, type Train } from './serve.ts';
import type { ServedShop } from './served-tables.ts';

/**
 * Measures what a user of this shop gets: puts the known sales on the topic, takes the lists that are published, and scores them by
 * the purchases that the shop's protocol holds out.
 *
 * @param rows The whole file, in its order.
 * @param settings What the stages are configured with.
 * @param options.report Receives progress of the other models; without it they are not measured.
 * @param options.train Replaces the Spark job in tests.
 */
export async function measureServed(
  shop: ShopName,
  rows: readonly Row[],
  settings: Settings,
  { report, train }: { report?: (line: string) => void; train?: Train } = {},
): Promise<ServedShop> {
  const { has, protocol } = SHOPS[shop];
  const { before, after, nowMs } = splitRows(
    rows.filter((row, index) => has(row, index)),
    protocol,
  );
  const served = await serve(
    before.map(({ record }) => record),
    settings,
    { nowMs, ...(train ? { train } : {}) },
  );
  const scores = scoreLists(readLists(served.csv), purchasesOf(before), purchasesOf(after));
  const outside = report ? await measureOthers([...before, ...after], protocol, report) : undefined;
  return { shop, served, scores, outside };
}

const purchasesOf = (rows: readonly Row[]): Purchase[] => rows.flatMap(({ purchase }) => purchase ?? []);

/** Measures other models on the same rows, which they read from a file of the original columns. */
async function measureOthers(rows: readonly Row[], protocol: ProtocolName, report: (line: string) => void) {
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-quality-rows-'));
  try {
    const file = join(directory, 'rows.csv');
    writeRetailFile(file, rows);
    return await measureOutside(file, [protocol], report);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

import type * as z from 'zod';
import { PREFIX, parseReceiptKey } from '../shared/contract/keys.ts';
import { Receipt } from '../shared/contract/receipt.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';

/**
 * Reads the receipts that were written last, newest first; may be empty. Those that cannot be read are left out, with a
 * warning.
 *
 * @param most The largest number to read.
 */
export async function readNewestReceipts(lake: Lake, log: Log, most: number): Promise<Receipt[]> {
  const found: { readonly key: string; readonly storedAtMs: number }[] = [];
  // A window that a person retries later gets a receipt among those of earlier windows, so the order of keys is not the order of time.
  for await (const { key, storedAtMs } of lake.list(PREFIX.receipts))
    if (parseReceiptKey(key)) found.push({ key, storedAtMs });
  const newest = found.sort((one, other) => one.storedAtMs - other.storedAtMs).slice(-most);
  const receipts = await Promise.all(newest.map(({ key }) => readOr(lake, log, key, Receipt)));
  return receipts.filter((receipt) => receipt !== undefined).reverse();
}

/** Reads an object. @returns undefined if there is none, or if it cannot be read, which is logged as a warning. */
export async function readOr<Schema extends z.ZodType>(
  lake: Lake,
  log: Log,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  try {
    return await readJson(lake, key, schema);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    log.warn('Cannot read an object that costs depend on', { object: key, error });
    return undefined;
  }
}

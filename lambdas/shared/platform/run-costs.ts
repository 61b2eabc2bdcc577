import type * as z from 'zod';
import {
  attemptKey,
  failedKey,
  manifestKey,
  PREFIX,
  parseReceiptKey,
  receiptKey,
  WAITING_PREFIX,
} from '../contract/keys.ts';
import { Receipt, Waiting } from '../contract/receipt.ts';
import type { RunCost } from '../contract/run-cost.ts';
import { type Lake, readJson } from './lake.ts';

/** The largest number of runs whose costs are shown. */
export const SHOWN_COSTS = 50;

/**
 * Reads what runs cost, from the receipts of their attempts.
 *
 * @param before Only runs with a lower number are read.
 * @returns The newest runs that have a receipt, at most `most`, oldest first; may be empty.
 */
export async function readRunCosts(
  lake: Lake,
  { before = Number.POSITIVE_INFINITY, most = SHOWN_COSTS }: { before?: number; most?: number } = {},
): Promise<RunCost[]> {
  const attempts = new Map<number, number[]>();
  for await (const { key } of lake.list(PREFIX.receipts)) {
    const { run = before, attempt = 0 } = parseReceiptKey(key) ?? {};
    if (run < before) attempts.set(run, [...(attempts.get(run) ?? []), attempt]);
  }
  const newest = [...attempts].slice(-most);
  return Promise.all(
    newest.map(async ([run, numbers]) => {
      const read = await Promise.all(
        numbers.map((attempt) => readOrNothing(lake, receiptKey(run, attempt), Receipt)),
      );
      const receipts = read.filter((receipt) => receipt !== undefined);
      return { run, receipts, unreadable: read.length - receipts.length };
    }),
  );
}

/**
 * Reads which windows wait for the budget of the next month, lowest first; may be empty. A window no longer waits once the
 * attempt that was due exists.
 */
export async function readWaiting(lake: Lake): Promise<Waiting[]> {
  const newest = new Map<number, Waiting>();
  // Later months come later in the listing.
  for await (const { key } of lake.list(WAITING_PREFIX)) {
    const waiting = await readOrNothing(lake, key, Waiting);
    if (waiting) newest.set(waiting.window, waiting);
  }
  const waits = await Promise.all([...newest.values()].map((each) => stillWaits(lake, each)));
  return [...newest.values()]
    .filter((_, index) => waits[index])
    .sort((one, other) => one.window - other.window);
}

async function stillWaits(lake: Lake, { window, attempt }: Waiting): Promise<boolean> {
  for (const key of [attemptKey(window, attempt), manifestKey(window), failedKey(window)])
    for await (const listed of lake.list(key)) if (listed.key === key) return false;
  return true;
}

/** @returns undefined if the object cannot be read; train, which wrote it, reports that. */
async function readOrNothing<Schema extends z.ZodType>(
  lake: Lake,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  return readJson(lake, key, schema).catch((error: unknown) => {
    if (error instanceof TypeError) return undefined;
    throw error;
  });
}

import { z } from 'zod';
import { columnMap } from '../input/column-map.ts';
import { replay } from '../input/replay.ts';
import { type OutgoingRecord, SIMULATION_END_MS } from '../shop/simulate.ts';
import { RETAIL_MAP } from './retail.ts';

const RECORDS_PER_POLL = 10_000;

const Row = z.object({
  userId: z.string(),
  productId: z
    .string()
    .transform((code) => code.trim().toUpperCase())
    .refine((code) => /^\d{5}[A-Z]{0,2}$/.test(code)),
  quantity: z.number().positive(),
  price: z.number().positive(),
  orderId: z.string().refine((invoice) => !invoice.startsWith('C')),
  timestamp: z.string(),
  productName: z.string().optional(),
});

/**
 * Reads the sales that all models are measured on. Rows without a customer, cancellations, and codes that are not
 * products are left out for every model.
 *
 * @returns Polls of up to 10,000 records, in the order of the file; at least one poll, which may be empty.
 * @throws {Error} If the file cannot be read, or lacks a column.
 */
export async function readPolls(path: string): Promise<OutgoingRecord[][]> {
  const polls: OutgoingRecord[][] = [[]];
  for await (const { value } of replay(path, { map: columnMap(RETAIL_MAP) })) {
    const row = Row.safeParse(JSON.parse(String(value)));
    if (!row.success) continue;
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

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { OutgoingRecord } from '../shop/simulate.ts';
import type { ProtocolName } from './protocols.ts';

/**
 * UCI Online Retail: https://doi.org/10.24432/C5BW33. Its columns, as a user would give them to `npm start -- --map`, and the
 * days that the served lists are measured on.
 */
export const RETAIL_MAP =
  'userId=CustomerID,productId=StockCode,quantity=Quantity,timestamp=InvoiceDate,orderId=InvoiceNo,price=UnitPrice,productName=Description';
export const SERVED_FROM_MS = Date.UTC(2011, 10, 9);
export const SERVED_UNTIL_MS = Date.UTC(2011, 11, 10);

/** A purchase that lists can be measured by. */
export interface Purchase {
  readonly user: string;
  readonly product: string;
}

/** A row of the file, as it is put on the topic. */
export interface Row {
  readonly record: OutgoingRecord;
  readonly user: string | undefined;
  readonly atMs: number;
  /** Undefined if the row does not count: no customer, a cancellation, a return, a free product, or a code that is not one. */
  readonly purchase: Purchase | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The rows that count in a measurement; the topic gets all rows. */
const CountedRow = z.object({
  userId: z.string(),
  productId: z
    .string()
    .transform((code) => code.toUpperCase())
    .refine((code) => /^\d{5}[A-Z]{0,2}$/.test(code)),
  quantity: z.number().positive(),
  price: z.number().positive(),
  orderId: z.string().refine((invoice) => !invoice.startsWith('C')),
});
const Fields = z.looseObject({ userId: z.string().optional(), timestamp: z.string() });

/** @throws {Error} If a row has no time. */
export async function readRows(records: AsyncIterable<OutgoingRecord>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const record of records) {
    const fields = Fields.parse(JSON.parse(String(record.value)));
    const counted = CountedRow.safeParse(fields);
    rows.push({
      record,
      user: fields.userId,
      atMs: Date.parse(fields.timestamp),
      purchase: counted.success ? { user: counted.data.userId, product: counted.data.productId } : undefined,
      fields,
    });
  }
  return rows;
}

/** Sales to measure on: the shop or a part of it, and how they are split. */
interface Shop {
  readonly title: string;
  readonly has: (row: Row, index: number) => boolean;
  /** Which purchases its lists are measured by. */
  readonly protocol: ProtocolName;
}

const PARTS_OF_USERS = 8;
const PARTS_OF_ROWS = 12;

/** The shops that the served lists are measured on. The parts are the same every time. */
export const SHOPS = {
  whole: { title: 'Online Retail', has: () => true, protocol: 'A' },
  eighth: {
    title: 'an eighth of its users',
    has: ({ user }) => user !== undefined && hashOf(user) % PARTS_OF_USERS === 0,
    protocol: 'A',
  },
  twelfth: { title: 'one row in twelve', has: (_, index) => index % PARTS_OF_ROWS === 0, protocol: 'A' },
  lastBaskets: { title: 'Online Retail, last baskets', has: () => true, protocol: 'B' },
} as const satisfies Readonly<Record<string, Shop>>;
export type ShopName = keyof typeof SHOPS;
export const SHOP_NAMES = Object.keys(SHOPS) as readonly ShopName[];

const LEAST_BASKETS = 3;

/** The rows that a run knows, and those that its lists are measured by. */
export interface SplitRows {
  readonly before: readonly Row[];
  readonly after: readonly Row[];
  /** The time at which the lists are asked for. */
  readonly nowMs: number;
}

/** Splits the rows of a shop by a protocol; both parts keep their order. */
export const splitRows = (rows: readonly Row[], protocol: ProtocolName): SplitRows =>
  protocol === 'A' ? splitByDay(rows) : splitByLastBasket(rows);

const splitByDay = (rows: readonly Row[]): SplitRows => ({
  before: rows.filter(({ atMs }) => atMs < SERVED_FROM_MS),
  after: rows.filter(({ atMs }) => atMs >= SERVED_FROM_MS && atMs < SERVED_UNTIL_MS),
  nowMs: SERVED_FROM_MS,
});

/**
 * A basket is an invoice with a purchase that counts, and begins with its earliest line. Of two that begin at the same moment, the
 * one with the larger number is the last.
 */
function splitByLastBasket(rows: readonly Row[]): SplitRows {
  const baskets = new Map<string, Map<string, number>>();
  for (const { user, purchase, fields, atMs } of rows)
    if (user !== undefined && purchase) {
      const own = baskets.get(user) ?? new Map<string, number>();
      const order = String(fields.orderId);
      baskets.set(user, own.set(order, Math.min(atMs, own.get(order) ?? atMs)));
    }
  const last = new Map<string, string>();
  for (const [user, own] of baskets) {
    const newest = [...own].reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] > a[0]) ? b : a));
    if (own.size >= LEAST_BASKETS) last.set(user, newest[0]);
  }
  const isLast = ({ user, fields }: Row): boolean =>
    user !== undefined && last.get(user) === String(fields.orderId);
  return {
    before: rows.filter((row) => !isLast(row)),
    after: rows.filter(isLast),
    nowMs: SERVED_UNTIL_MS,
  };
}

/** Returns the first 32 bits of the SHA-256 of a text. */
export const hashOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE();

/** Writes rows in the columns of the original file, for programs that read it themselves. */
export function writeRetailFile(path: string, rows: readonly Row[]): void {
  const cell = (value: unknown): string => `"${String(value ?? '').replaceAll('"', '""')}"`;
  const lines = rows.map(({ fields, atMs }) =>
    [
      fields.orderId,
      fields.productId,
      fields.quantity,
      new Date(atMs).toISOString().slice(0, 19).replace('T', ' '),
      fields.price,
      fields.userId,
    ]
      .map(cell)
      .join(','),
  );
  writeFileSync(
    path,
    `${['InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID', ...lines].join('\n')}\n`,
  );
}

import { isUtf8 } from 'node:buffer';
import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { SALE_FIELDS, type SaleField } from '../../lambdas/accumulate/field-map.ts';
import { nearest } from '../terminal/nearest.ts';
import { printable } from '../terminal/printable.ts';
import type { ColumnMap } from './column-map.ts';
import type { OutgoingRecord } from './simulate.ts';

/**
 * Reads a CSV or NDJSON file, gzipped or not, as records for the topic. No row is left out: accumulate rejects those
 * that are not valid sales.
 *
 * CSV cells become JSON values by their field: quantity and price become numbers, times without a zone are taken as UTC,
 * and empty cells are left out. NDJSON lines are passed on byte for byte; with a map, their fields are renamed.
 *
 * @throws {Error} If the file cannot be read, or the map names a column that the file does not have.
 */
export async function* replay(path: string, map: ColumnMap): AsyncGenerator<OutgoingRecord> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new Error(`Cannot replay ${path}: there is no such file`);
  const source = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const plain = (await isGzip(path)) ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => plain.destroy(error));
  try {
    yield* /\.(ndjson|jsonl|json)(\.gz)?$/.test(path) ? replayLines(plain, map) : replayCsv(plain, map, path);
  } catch (cause) {
    throw cause instanceof Error && cause.message.startsWith('Cannot replay')
      ? cause
      : new Error(`Cannot replay ${path}: ${printable(messageOf(cause), MAX_MESSAGE)}`, { cause });
  }
}

/** The CSV parser's messages quote the file, so `printable` removes control characters from them. */
const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
const MAX_MESSAGE = 300;

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

async function* replayLines(lines: Readable, map: ColumnMap): AsyncGenerator<OutgoingRecord> {
  const hasMap = Object.keys(map).length > 0;
  let isFirst = true;
  // latin1 keeps every byte. In UTF-8, readline would also break lines at U+2028, and invalid bytes would be replaced.
  lines.setEncoding('latin1');
  for await (const line of createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY })) {
    const bytes = Buffer.from(isFirst ? line.replace(BYTE_ORDER_MARK, '') : line, 'latin1');
    isFirst = false;
    if (bytes.length > 0)
      yield { key: null, value: hasMap ? renameFields(bytes, map) : bytes, timestampMs: undefined };
  }
}

/** The bytes of the byte order mark, read as latin1. */
const BYTE_ORDER_MARK = /^\xef\xbb\xbf/;

/** Renames a line's fields. A line that is not a JSON object is kept, so that accumulate rejects the original bytes. */
function renameFields(line: Buffer, map: ColumnMap): Buffer {
  if (!isUtf8(line)) return line;
  let value: unknown;
  try {
    value = JSON.parse(line.toString(), keepDigits as (name: string, value: unknown) => unknown);
  } catch {
    return line;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return line;
  const record: Readonly<Record<string, unknown>> = { ...value };
  return Buffer.from(
    JSON.stringify(Object.fromEntries(SALE_FIELDS.map((field) => [field, record[map[field] ?? field]]))),
  );
}

/** Keeps a number's digits: above 2^53 parsing loses some, and 1e999 would become null. */
const keepDigits = (_name: string, value: unknown, { source = '' }: { readonly source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) ? rawJSON(source) : value;

// TypeScript's library has no types yet for rawJSON and the reviver's third argument (https://github.com/tc39/proposal-json-parse-with-source).
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };

async function* replayCsv(bytes: Readable, map: ColumnMap, path: string): AsyncGenerator<OutgoingRecord> {
  const parser = parse({ bom: true, relaxColumnCount: true, skipEmptyLines: true });
  const piping = pipeline(bytes, parser).catch(
    (error: unknown) => void parser.destroy(error instanceof Error ? error : undefined),
  );
  let columns: readonly Column[] | undefined;
  for await (const row of parser as AsyncIterable<string[]>) {
    if (columns) yield toOutgoing(toRecord(row, columns));
    else columns = findColumns(row, map, path);
  }
  await piping;
  if (!columns) throw new Error(`Cannot replay ${path}: it is empty, should begin with a header`);
}

/** A user's sales share a key, so that they stay in order. */
const toOutgoing = (record: Readonly<Record<string, unknown>>): OutgoingRecord => ({
  key: typeof record.userId === 'string' ? record.userId : null,
  value: Buffer.from(JSON.stringify(record)),
  timestampMs: undefined,
});

interface Column {
  readonly field: SaleField;
  readonly index: number;
}

function findColumns(header: readonly string[], map: ColumnMap, path: string): Column[] {
  return SALE_FIELDS.flatMap((field): Column[] => {
    const name = map[field] ?? field;
    const index = header.indexOf(name);
    if (index >= 0) return [{ field, index }];
    if (map[field] === undefined && field !== 'userId' && field !== 'productId') return [];
    throw new Error(
      `Cannot replay ${path}: it has no column ${name} for ${field}; did you mean ${printable(nearest(name, header))}? Columns: ${printable(header.map((column) => printable(column)).join(', '), MAX_MESSAGE)}`,
    );
  });
}

function toRecord(row: readonly string[], columns: readonly Column[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const { field, index } of columns) {
    const cell = row[index];
    if (cell === undefined || cell === '') continue;
    if (field === 'quantity' || field === 'price') record[field] = toNumber(cell);
    else record[field] = field === 'timestamp' ? withZone(cell) : cell;
  }
  return record;
}

/** Returns the cell's number. Other text stays unchanged, so that accumulate rejects it with a reason. */
function toNumber(cell: string): number | string {
  const value = Number(cell);
  return Number.isFinite(value) && cell.trim() !== '' ? value : cell;
}

/** Adds UTC to a time without a zone; digits alone are epoch milliseconds. */
function withZone(cell: string): string | number {
  if (/^\d{12,}$/.test(cell)) return Number(cell);
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)$/.exec(cell);
  if (match) return `${match[1]}T${match[2]}Z`;
  return /^\d{4}-\d\d-\d\d$/.test(cell) ? `${cell}T00:00Z` : cell;
}

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
 * Reads a CSV or NDJSON file, also gzipped, as records for the topic. Nothing is left out: rows that are no sales are
 * for accumulate to reject.
 *
 * CSV cells become JSON by their field: numbers where we want numbers, times without a zone in UTC, empty cells absent.
 * Lines of NDJSON are passed on byte for byte, with their fields renamed if there is a map.
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

/** The parser's own messages show what they stumble over. */
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
  // One character per byte: of UTF-8, readline would also break lines at U+2028, and mend bytes that are none.
  lines.setEncoding('latin1');
  for await (const line of createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY })) {
    const bytes = Buffer.from(isFirst ? line.replace(BYTE_ORDER_MARK, '') : line, 'latin1');
    isFirst = false;
    if (bytes.length > 0)
      yield { key: null, value: hasMap ? renamed(bytes, map) : bytes, timestampMs: undefined };
  }
}

/** The mark's bytes, one character each. */
const BYTE_ORDER_MARK = /^\xef\xbb\xbf/;

/** A line with the fields renamed; a line that is no JSON object stays as it is, to be rejected with its own bytes. */
function renamed(line: Buffer, map: ColumnMap): Buffer {
  if (!isUtf8(line)) return line;
  let value: unknown;
  try {
    value = JSON.parse(line.toString(), asWritten as (name: string, value: unknown) => unknown);
  } catch {
    return line;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return line;
  const record: Readonly<Record<string, unknown>> = { ...value };
  return Buffer.from(
    JSON.stringify(Object.fromEntries(SALE_FIELDS.map((field) => [field, record[map[field] ?? field]]))),
  );
}

/** Numbers keep their digits: beyond 2^53 a parsed one has lost some, and 1e999 would become null. */
const asWritten = (_name: string, value: unknown, { source = '' }: { readonly source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) ? rawJSON(source) : value;

// TypeScript's library knows neither this nor the reviver's third argument yet (https://github.com/tc39/proposal-json-parse-with-source).
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

/** Sales of a user stay in order, for they share a key. */
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
    if (field === 'quantity' || field === 'price') record[field] = numberIn(cell);
    else record[field] = field === 'timestamp' ? withZone(cell) : cell;
  }
  return record;
}

/** What is no number stays text, to be rejected with a reason. */
function numberIn(cell: string): number | string {
  const value = Number(cell);
  return Number.isFinite(value) && cell.trim() !== '' ? value : cell;
}

/** A time without a zone is UTC; digits alone are epoch milliseconds. */
function withZone(cell: string): string | number {
  if (/^\d{12,}$/.test(cell)) return Number(cell);
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)$/.exec(cell);
  if (match) return `${match[1]}T${match[2]}Z`;
  return /^\d{4}-\d\d-\d\d$/.test(cell) ? `${cell}T00:00Z` : cell;
}

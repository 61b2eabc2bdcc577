import { isUtf8 } from 'node:buffer';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { type Column, findColumns } from './columns.ts';
import { NOT_UTF8 } from './csv.ts';
import { rawJSON } from './json.ts';
import type { InputOptions } from './options.ts';
import { cellReader, type InputFacts, type InputRecord, toOutgoing } from './records.ts';

/**
 * Reads a Parquet file as records. Numbers stay numbers, so that ids of a column of floating point numbers are whole numbers;
 * moments are in UTC, and missing values are left out. A row with text that is neither UTF-8 nor in the encoding of the options
 * becomes a record of its bytes, which accumulate rejects. One row group is in memory at a time.
 *
 * @throws {Error} If the file cannot be read, or lacks a column.
 */
export async function* readParquet(
  path: string,
  { options, facts }: { readonly options: InputOptions; readonly facts: InputFacts },
): AsyncGenerator<InputRecord> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const columns = findColumns(names, options.map ?? {});
  facts.form = 'Parquet';
  const toValue = valueReader(options);
  const stringFromBytes = textReader(options.encoding);
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    // A part of a row group is not cheaper: it is decoded as a whole.
    const rowEnd = rowStart + Number(num_rows);
    const rows = await parquetReadObjects({
      file,
      metadata,
      compressors,
      columns: [...new Set(columns.map(({ name }) => name))],
      parsers: { stringFromBytes },
      rowStart,
      rowEnd,
    });
    for (const [index, row] of rows.entries()) {
      const line = rowStart + index + 1;
      yield columns.some(({ name }) => row[name] instanceof InvalidText)
        ? invalidRecord(row, columns, line)
        : toOutgoing(toRecord(row, columns, toValue), line);
    }
    rowStart = rowEnd;
  }
}

/** Bytes of a text column that are not text. */
class InvalidText {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Decodes texts as UTF-8, and those that are not UTF-8 with the encoding, if one is given. */
function textReader(encoding: string | undefined): (bytes: Uint8Array | undefined) => unknown {
  const utf8 = new TextDecoder();
  const other = encoding === undefined ? undefined : new TextDecoder(encoding, { fatal: true });
  return (bytes) => {
    if (bytes === undefined) return undefined;
    if (isUtf8(bytes)) return utf8.decode(bytes);
    try {
      return other?.decode(bytes) ?? new InvalidText(bytes);
    } catch {
      return new InvalidText(bytes);
    }
  };
}

/** Makes a record of a row's bytes. It is not in UTF-8 either, so that accumulate rejects it. */
function invalidRecord(
  row: Readonly<Record<string, unknown>>,
  columns: readonly Column[],
  line: number,
): InputRecord {
  const toBytes = (value: unknown): string =>
    Buffer.from(value instanceof InvalidText ? value.bytes : String(value)).toString('latin1');
  const cells = columns.flatMap(({ field, name }) =>
    row[name] === null || row[name] === undefined ? [] : [[field, toBytes(row[name])] as const],
  );
  return {
    key: null,
    value: Buffer.from(JSON.stringify(Object.fromEntries(cells)), 'latin1'),
    timestampMs: undefined,
    line,
    problem: NOT_UTF8,
  };
}

function toRecord(
  row: Readonly<Record<string, unknown>>,
  columns: readonly Column[],
  toValue: ReturnType<typeof valueReader>,
): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const { field, name } of columns) {
    const value = row[name];
    // pandas writes missing numbers as NaN.
    if (value === null || value === undefined || value === '' || Number.isNaN(value)) continue;
    record[field] = toValue(field, value);
  }
  return record;
}

/** Keeps the digits of a number beyond 2^53; an infinite one becomes text that says so. */
const rawNumber = (value: bigint | number): unknown =>
  typeof value === 'bigint' ? rawJSON(String(value)) : Number.isFinite(value) ? value : String(value);

function valueReader(options: InputOptions): (field: Column['field'], value: unknown) => unknown {
  const readCell = cellReader(options);
  return (field, value) => {
    if (typeof value === 'string') return readCell(field, value);
    if (typeof value === 'bigint' || typeof value === 'number')
      return (field === 'timestamp' && options.timeFormat?.read(String(value))) || rawNumber(value);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
    return value;
  };
}

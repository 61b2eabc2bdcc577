import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { type Column, findColumns } from './columns.ts';
import { rawJSON } from './json.ts';
import type { InputOptions } from './options.ts';
import { cellReader, type InputFacts, type InputRecord, toOutgoing } from './records.ts';

/** Rows that are in memory at a time. */
const ROWS_PER_READ = 10_000;

/**
 * Reads a Parquet file as records. Numbers stay numbers, so that ids of a column of floating point numbers are whole numbers;
 * moments are in UTC, and missing values are left out.
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
  const total = Number(metadata.num_rows);
  const toValue = valueReader(options);
  for (let rowStart = 0; rowStart < total; rowStart += ROWS_PER_READ) {
    const rows = await parquetReadObjects({
      file,
      metadata,
      compressors,
      columns: [...new Set(columns.map(({ name }) => name))],
      rowStart,
      rowEnd: Math.min(total, rowStart + ROWS_PER_READ),
    });
    for (const [index, row] of rows.entries())
      yield toOutgoing(toRecord(row, columns, toValue), rowStart + index + 1);
  }
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

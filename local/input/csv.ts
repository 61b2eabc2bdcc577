import { isUtf8 } from 'node:buffer';
import type { Chunks } from './bytes.ts';
import { findColumns, neededNames } from './columns.ts';
import { csvRows, firstRows, type Row } from './csv-rows.ts';
import { InputError, type InputOptions } from './options.ts';
import { cellReader, type InputFacts, type InputRecord, toOutgoing } from './records.ts';

/** The delimiters of CSV, with the words for them. */
export const DELIMITERS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

/**
 * Reads CSV as records: quantity and price become numbers, times without a zone are taken as UTC, and empty cells are left
 * out. A row whose quotes, or bytes, cannot be read becomes a record of its bytes, which accumulate rejects.
 *
 * @param head The beginning of the file, in UTF-8.
 * @throws {InputError} If the file is empty, or lacks a column.
 */
export async function* readCsv(
  chunks: Chunks,
  {
    head,
    options,
    facts,
  }: { readonly head: Buffer; readonly options: InputOptions; readonly facts: InputFacts },
): AsyncGenerator<InputRecord> {
  const map = options.map ?? {};
  const { delimiter, row } = findHeader(head.toString('latin1'), neededNames(map));
  const columns = findColumns((row.cells ?? []).map(readName), map);
  facts.form = `CSV, separated by ${DELIMITERS[delimiter] ?? delimiter}${row.line > 1 ? `, with the header in line ${row.line},` : ''}`;
  const readCell = cellReader(options);
  for await (const { cells, raw, line, problem } of csvRows(chunks, delimiter)) {
    if (line <= row.line) continue;
    if (!cells) {
      yield {
        key: null,
        value: Buffer.from(raw, 'latin1'),
        timestampMs: undefined,
        line,
        problem: problem ?? '',
      };
      continue;
    }
    const bytes: Record<string, string> = {};
    const record: Record<string, unknown> = {};
    let invalid: string | undefined;
    for (const { field, index } of columns) {
      const cell = cells[index];
      if (cell === undefined || cell === '') continue;
      const text = decoded(cell);
      if (text === undefined) invalid ??= cell;
      bytes[field] = cell;
      record[field] = readCell(field, text ?? cell);
    }
    yield invalid === undefined
      ? toOutgoing(record, line)
      : // Not in UTF-8 either, so that accumulate rejects it with its bytes.
        {
          key: null,
          value: Buffer.from(JSON.stringify(bytes), 'latin1'),
          timestampMs: undefined,
          line,
          problem: NOT_UTF8,
        };
  }
}

/** The problem of a row with bytes that are not UTF-8. */
export const NOT_UTF8 = 'it is not UTF-8';

/** Decodes a cell whose characters are bytes; undefined if they are not UTF-8. */
export function decoded(cell: string): string | undefined {
  // Most cells are ASCII.
  if (!/[\x80-\xff]/.test(cell)) return cell;
  const bytes = Buffer.from(cell, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** Reads the name of a column. */
export const readName = (cell: string): string => (decoded(cell) ?? cell).trim();

/**
 * Finds the header and the delimiter: of the first twenty rows, the first one that has every needed column. Above it may be
 * a title, and the line by which Excel names the delimiter (`sep=;`).
 *
 * @returns If no row has them all, the first row, so that an error can name its columns.
 * @throws {InputError} If the file is empty.
 */
export function findHeader(text: string, needed: readonly string[]): { delimiter: string; row: Row } {
  const [, named] = /^"?sep=([^\r\n"])"?\r?\n/i.exec(text) ?? [];
  const candidates = (named === undefined ? Object.keys(DELIMITERS) : [named]).flatMap((delimiter) => {
    const rows = firstRows(text, delimiter);
    return rows.slice(named === undefined ? 0 : 1).map((row) => ({ delimiter, row }));
  });
  const found = candidates
    .filter(({ row }) => hasAll(row, needed))
    .sort((a, b) => a.row.line - b.row.line)
    .at(0);
  if (found) return found;
  // For the error that names the columns.
  const first = candidates
    .filter(({ row }) => row.line === candidates[0]?.row.line)
    .sort((a, b) => (b.row.cells?.length ?? 0) - (a.row.cells?.length ?? 0))
    .at(0);
  if (!first) throw new InputError('it is empty, should begin with a header');
  return first;
}

function hasAll({ cells = [] }: Row, needed: readonly string[]): boolean {
  const names = new Set(cells.map(readName));
  return needed.every((name) => names.has(name));
}

import { type Chunks, count } from './bytes.ts';

/** One row of a CSV file. Its text holds a byte of the file in each character. */
export interface Row {
  /** Undefined if the row breaks the rules of quotes. */
  readonly cells: readonly string[] | undefined;
  /** The row as it is in the file, without its line end. */
  readonly raw: string;
  /** The line on which the row begins, from 1. */
  readonly line: number;
  /** How it breaks the rules, with the line. */
  readonly problem?: string;
}

/** In characters. A quote that is open for longer was never closed: no broker takes a record of this size. */
const LONGEST_ROW = 1024 * 1024;

/**
 * Divides CSV into rows (https://www.rfc-editor.org/rfc/rfc4180). Common deviations are accepted if they have only one
 * meaning: any line end, blanks around a quoted cell, and quotes within a cell that does not begin with one. Empty lines are
 * left out.
 *
 * A row whose quotes cannot be read ends at its line, so it does not affect the rows after it. A library would refuse the
 * file, or take thousands of rows for one cell if a quote is not closed.
 *
 * @param chunks The file, in UTF-8.
 */
export async function* csvRows(chunks: Chunks, delimiter: string): AsyncGenerator<Row> {
  let text = '';
  let line = 1;
  let lineEnd: string | undefined;
  for await (const chunk of chunks) {
    text += chunk.toString('latin1');
    lineEnd ??= lineEndOf(text);
    const { rows, rest, nextLine } = divide({ text, delimiter, line, lineEnd, isEnd: false });
    yield* rows;
    text = rest;
    line = nextLine;
  }
  yield* divide({ text, delimiter, line, lineEnd: lineEnd ?? '\n', isEnd: true }).rows;
}

/** Returns the first rows of a file whose beginning is known, at most 20. */
export const firstRows = (text: string, delimiter: string): readonly Row[] =>
  divide({ text, delimiter, line: 1, lineEnd: lineEndOf(text), isEnd: true, most: 20 }).rows;

/** Old Macs end lines by \r alone. */
const lineEndOf = (text: string): string => (text.includes('\r') && !text.includes('\n') ? '\r' : '\n');

interface Part extends Source {
  /** Number of the line on which the text begins. */
  readonly line: number;
  /** Number of rows to read. */
  readonly most?: number;
}

function divide({ line, most = Number.POSITIVE_INFINITY, ...source }: Part): {
  readonly rows: readonly Row[];
  readonly rest: string;
  readonly nextLine: number;
} {
  const { text, lineEnd } = source;
  const rows: Row[] = [];
  let [at, nextLine] = [0, line];
  while (at < text.length && rows.length < most) {
    const read = readRow(source, at);
    if (read === undefined) break;
    const raw = withoutReturn(text.slice(at, read.end));
    if (raw !== '')
      rows.push({
        cells: read.cells,
        raw,
        line: nextLine,
        ...(read.quoteAt === undefined
          ? {}
          : { problem: openQuote(nextLine + count(text.slice(at, read.quoteAt), lineEnd)) }),
      });
    nextLine += 1 + (read.hasQuotes ? count(raw, lineEnd) : 0);
    at = read.end + 1;
  }
  return { rows, rest: text.slice(at), nextLine };
}

const openQuote = (line: number): string =>
  `a quote opens in line ${line} and does not close at the end of its cell`;

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

interface ReadRow {
  readonly cells: readonly string[] | undefined;
  /** Where the line end is, or the text ends. */
  readonly end: number;
  readonly hasQuotes: boolean;
  /** The quote that cannot be read; undefined if all can. */
  readonly quoteAt?: number;
}

interface Source {
  readonly text: string;
  readonly delimiter: string;
  readonly lineEnd: string;
  /** True if the file ends with this text. */
  readonly isEnd: boolean;
}

/** Reads the row that begins at `start`. @returns undefined if its end is not in the text yet */
function readRow(source: Source, start: number): ReadRow | undefined {
  const { text, delimiter, lineEnd, isEnd } = source;
  const endOf = (from: number): number | undefined => {
    const found = text.indexOf(lineEnd, from);
    return found >= 0 ? found : isEnd ? text.length : undefined;
  };
  const cells: string[] = [];
  let lineEndAt = endOf(start);
  let hasQuotes = false;
  for (let at = start; ; ) {
    if (lineEndAt === undefined) return undefined;
    const quoteAt = quoteOf(text, at);
    if (quoteAt !== undefined) {
      const quoted = readQuoted(source, quoteAt);
      if (quoted === 'more' && text.length - start < LONGEST_ROW) return undefined;
      if (typeof quoted === 'string') return broken(quoteAt, endOf(quoteAt));
      const { cell, end, isClosed } = quoted;
      // If the cell has a line end, most likely its quote was not closed on its line.
      if (!isClosed) return broken(quoteAt, endOf(cell.includes(lineEnd) ? quoteAt : end));
      hasQuotes = true;
      cells.push(cell);
      if (text[end] !== delimiter) return { cells, end, hasQuotes };
      at = end + 1;
      lineEndAt = endOf(at);
      continue;
    }
    // Only in this line: a search to the end of the text for every short row would be quadratic.
    const rest = text.slice(at, lineEndAt);
    const length = rest.indexOf(delimiter);
    if (length < 0) {
      cells.push(withoutReturn(rest));
      return { cells, end: lineEndAt, hasQuotes };
    }
    cells.push(rest.slice(0, length));
    at += length + 1;
  }
}

const broken = (quoteAt: number, end: number | undefined): ReadRow | undefined =>
  end === undefined ? undefined : { cells: undefined, end, hasQuotes: true, quoteAt };

/** Returns where the quote is that a cell begins with, perhaps after blanks; undefined if it begins otherwise. */
function quoteOf(text: string, at: number): number | undefined {
  let quoteAt = at;
  while (text[quoteAt] === ' ') quoteAt += 1;
  return text[quoteAt] === '"' ? quoteAt : undefined;
}

interface Quoted {
  readonly cell: string;
  /** Where the first character after the closing quote is that is no blank. */
  readonly end: number;
  /** True if this is a delimiter, a line end or the end of the file. */
  readonly isClosed: boolean;
}

/**
 * Reads a quoted cell.
 *
 * @returns `more` if the text ends before the cell does, `open` if the file does.
 */
function readQuoted({ text, delimiter, lineEnd, isEnd }: Source, quoteAt: number): Quoted | 'more' | 'open' {
  let from = quoteAt + 1;
  let hasEscapes = false;
  for (;;) {
    const closeAt = text.indexOf('"', from);
    if (closeAt < 0) return isEnd ? 'open' : 'more';
    if (text[closeAt + 1] === '"') {
      hasEscapes = true;
      from = closeAt + 2;
      continue;
    }
    const inner = text.slice(quoteAt + 1, closeAt);
    const cell = hasEscapes ? inner.replaceAll('""', '"') : inner;
    let end = closeAt + 1;
    while (text[end] === ' ' || (text[end] === '\r' && lineEnd !== '\r')) end += 1;
    if (end >= text.length) return isEnd ? { cell, end: text.length, isClosed: true } : 'more';
    return { cell, end, isClosed: text[end] === delimiter || text[end] === lineEnd };
  }
}

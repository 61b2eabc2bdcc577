import { highest } from '../../shared/contract/numbers.ts';
import { type Rewritten, UNCHANGED } from './kind.ts';

const [COMMA, QUOTE, LINE_FEED] = [0x2c, 0x22, 0x0a];

/**
 * Leaves rows out of a CSV file of the job: RFC 4180 in UTF-8, with a header and LF line ends. All other bytes stay.
 *
 * @param columns The columns that decide, by their names in the header.
 * @param isRemoved Called with the values of a row in these columns.
 * @throws {RangeError} If the file lacks a column; the message names it.
 */
export function rewriteCsv(
  bytes: Uint8Array,
  columns: readonly string[],
  isRemoved: (values: readonly string[]) => boolean,
): Rewritten {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { places, at: firstRow } = readHeader(buffer, columns);
  const scanner = new RowScanner(buffer, { at: firstRow, mostFields: highest(places) + 1 });
  const kept: Buffer[] = [];
  let [keptFrom, removedRows] = [0, 0];
  for (let from = firstRow; scanner.next(); from = scanner.at) {
    if (!isRemoved(places.map((place) => scanner.text(place)))) continue;
    kept.push(buffer.subarray(keptFrom, from));
    keptFrom = scanner.at;
    removedRows += 1;
  }
  if (removedRows === 0) return UNCHANGED;
  kept.push(buffer.subarray(keptFrom));
  return { changed: true, bytes: Buffer.concat(kept), removedRows };
}

/** Counts the rows of a CSV file, without the header. */
export function csvRows(bytes: Uint8Array): number {
  const scanner = new RowScanner(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  let rows = -1;
  while (scanner.next()) rows += 1;
  return Math.max(0, rows);
}

/** Returns the places of columns in each row, and where the first row begins. */
function readHeader(buffer: Buffer, columns: readonly string[]): { places: number[]; at: number } {
  const scanner = new RowScanner(buffer, { at: 0, mostFields: MOST_COLUMNS });
  const header = scanner.next()
    ? Array.from({ length: scanner.fields }, (_, field) => scanner.text(field))
    : [];
  const places = columns.map((name) => {
    const place = header.indexOf(name);
    if (place === -1) throw new RangeError(`Cannot read a table: it has no column ${name}`);
    return place;
  });
  return { places, at: scanner.at };
}

const MOST_COLUMNS = 100;

/** Finds one row after another, and the first fields of each. */
class RowScanner {
  /** Offset of the next row. */
  at: number;
  /** Number of fields of the row that are known. */
  fields = 0;
  private readonly bytes: Buffer;
  private readonly mostFields: number;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;

  constructor(bytes: Buffer, { at, mostFields } = { at: 0, mostFields: 0 }) {
    this.bytes = bytes;
    this.at = at;
    this.mostFields = mostFields;
    this.starts = new Int32Array(mostFields);
    this.ends = new Int32Array(mostFields);
  }

  /** Goes to the next row. @returns false after the last one. */
  next(): boolean {
    const { bytes } = this;
    if (this.at >= bytes.length) return false;
    this.fields = 0;
    let [start, isQuoted, at] = [this.at, false, this.at];
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      // A quote in a quoted field is doubled, so that the second one begins the quoted part again.
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (isQuoted || (byte !== COMMA && byte !== LINE_FEED)) continue;
      else {
        this.end(start, at);
        start = at + 1;
        if (byte === LINE_FEED) break;
      }
    }
    if (at === bytes.length) this.end(start, at);
    this.at = at + 1;
    return true;
  }

  /** Returns a field of the row; an empty text if there is none. */
  text(field: number): string {
    if (field >= this.fields) return '';
    const [start = 0, end = 0] = [this.starts[field], this.ends[field]];
    return this.bytes[start] === QUOTE
      ? this.bytes.toString('utf8', start + 1, end - 1).replaceAll('""', '"')
      : this.bytes.toString('utf8', start, end);
  }

  private end(start: number, end: number): void {
    if (this.fields === this.mostFields) return;
    this.starts[this.fields] = start;
    this.ends[this.fields] = end;
    this.fields += 1;
  }
}

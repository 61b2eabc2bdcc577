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
  const scanner = new RowScanner(buffer);
  const header = scanner.next()?.map(({ start, end }) => unquoted(buffer, start, end)) ?? [];
  const places = columns.map((name) => {
    const place = header.indexOf(name);
    if (place === -1) throw new RangeError(`Cannot read a table: it has no column ${name}`);
    return place;
  });
  const kept: Buffer[] = [];
  let [keptFrom, removedRows] = [0, 0];
  for (;;) {
    const from = scanner.at;
    const fields = scanner.next();
    if (!fields) break;
    const values = places.map((place) => {
      const { start = 0, end = 0 } = fields[place] ?? {};
      return unquoted(buffer, start, end);
    });
    if (!isRemoved(values)) continue;
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

interface Field {
  readonly start: number;
  readonly end: number;
}

/** Finds the fields of one row after another. */
class RowScanner {
  /** Where the next row begins. */
  at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** @returns undefined after the last row. */
  next(): Field[] | undefined {
    const { bytes } = this;
    if (this.at >= bytes.length) return undefined;
    const fields: Field[] = [];
    let [start, isQuoted] = [this.at, false];
    for (let at = this.at; at < bytes.length; at++) {
      const byte = bytes[at];
      // A quote in a quoted field is doubled, so that the second one begins the quoted part again.
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (isQuoted) continue;
      else if (byte === COMMA) {
        fields.push({ start, end: at });
        start = at + 1;
      } else if (byte === LINE_FEED) {
        fields.push({ start, end: at });
        this.at = at + 1;
        return fields;
      }
    }
    fields.push({ start, end: bytes.length });
    this.at = bytes.length;
    return fields;
  }
}

const unquoted = (bytes: Buffer, start: number, end: number): string =>
  bytes[start] === QUOTE
    ? bytes.toString('utf8', start + 1, end - 1).replaceAll('""', '"')
    : bytes.toString('utf8', start, end);

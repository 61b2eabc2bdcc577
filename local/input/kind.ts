import { readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { markedEncoding } from './bytes.ts';
import { InputError } from './options.ts';

/** The forms of files that sales are read from. */
export type TextKind = 'csv' | 'lines' | 'array';

/**
 * Files that are not read, by their first bytes, one byte in each character:
 * https://www.garykessler.net/library/file_sigs.html
 */
const FOREIGN: readonly (readonly [start: string, is: string])[] = [
  ['PK\x03\x04', 'a ZIP archive: unpack it, and give the file in it'],
  ['PK\x05\x06', 'an empty ZIP archive'],
  ['\xd0\xcf\x11\xe0', 'an Excel or other Office file: save it as CSV UTF-8'],
  ['\xfd7zXZ', 'compressed by xz: unpack it, or compress it by gzip'],
  ['\x28\xb5\x2f\xfd', 'compressed by Zstandard: unpack it, or compress it by gzip'],
  ['7z\xbc\xaf', 'a 7-Zip archive: unpack it, and give the file in it'],
  ['Rar!', 'a RAR archive: unpack it, and give the file in it'],
  ['\x1f\x8b', 'gzipped twice: unpack it once'],
  ['PAR1', 'a gzipped Parquet file: unpack it'],
  ['Obj\x01', 'an Avro file: save it as Parquet or CSV'],
  ['ARROW1', 'an Arrow file: save it as Parquet or CSV'],
  ['SQLite format 3', 'an SQLite database: save the table as CSV'],
  ['%PDF', 'a PDF'],
];
/** The same, by a pattern. */
const FOREIGN_PATTERNS: readonly (readonly [start: RegExp, is: string])[] = [
  [/^BZh[1-9]1AY&SY/, 'compressed by bzip2: unpack it, or compress it by gzip'],
  [/^\s*<(!doctype html|html)/i, 'a web page, perhaps of a login or an error: download the file again'],
  [/^\s*<\?xml/, 'an XML file: save it as CSV'],
];
const EXPECTED = 'should be CSV, NDJSON, a JSON array or Parquet';

/** @throws {InputError} If there is no such file, or it is a directory. */
export function checkFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new InputError('there is no such file');
  if (found.isFile()) return;
  if (!found.isDirectory()) throw new InputError('it is not a file');
  const names = readdirSync(path).sort();
  const example = names.length === 0 ? 'it is empty' : `of ${names.length}, such as ${names[0]}`;
  throw new InputError(`it is a directory; give one of its files (${example})`);
}

export async function firstBytes(path: string, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;
export const isParquet = (head: Buffer): boolean => head.subarray(0, 4).toString('latin1') === 'PAR1';

/**
 * Refuses files that are neither text nor Parquet, and says what they are.
 *
 * @param head The first bytes of the file, unpacked.
 * @throws {InputError} If the file is not text.
 */
export function refuseForeign(
  head: Buffer,
  { path, mayHaveZeros }: { readonly path: string; readonly mayHaveZeros: boolean },
): void {
  const start = head.toString('latin1');
  if (start.startsWith('PK') && (/xl\/|\[Content_Types\]/.test(start) || /\.xls[xmb]$/i.test(path)))
    throw new InputError(`it is an Excel workbook: save the sheet as CSV UTF-8; it ${EXPECTED}`);
  const [, is] =
    FOREIGN.find(([bytes]) => start.startsWith(bytes)) ??
    FOREIGN_PATTERNS.find(([pattern]) => pattern.test(start)) ??
    [];
  if (is !== undefined) throw new InputError(`it is ${is}; it ${EXPECTED}`);
  if (head.includes(0) && !mayHaveZeros && !markedEncoding(head)?.startsWith('utf-16'))
    throw new InputError(
      `it has bytes 0, so it is not text; it ${EXPECTED}. For UTF-16 without a byte order mark, add --encoding utf-16le`,
    );
}

/**
 * Returns the form of a text: by what it begins with, and for text that may be either by the name of the file.
 *
 * @param start The beginning of the text, in UTF-8.
 * @throws {InputError} If it is one JSON object over several lines.
 */
export function textKind(start: string, path: string): TextKind {
  if (/\.(csv|tsv|txt)(\.gz)?$/i.test(path) && !/^\s*(\[\s*)?\{\s*"/.test(start)) return 'csv';
  if (/^\s*\[\s*(\{|\]|$)/.test(start) && !isFirstOfLines(start)) return 'array';
  if (/^\s*\{\s*\n\s*"/.test(start))
    throw new InputError(
      'it is one JSON object over several lines, should be one object for each line, or an array of objects',
    );
  return /^\s*\{/.test(start) || /\.(ndjson|jsonl|json)(\.gz)?$/i.test(path) ? 'lines' : 'csv';
}

/** Returns true if the first line is a whole JSON value, and more lines follow. */
function isFirstOfLines(start: string): boolean {
  const [, line = ''] = /^\s*(.*)\n\s*\S/.exec(start) ?? [];
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

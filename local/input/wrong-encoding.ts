import { printable } from '../terminal/printable.ts';
import { hex } from './bytes.ts';
import type { InputRecord } from './records.ts';

/** Encodings of the shops' files that are not UTF-8, most frequent first. */
const ENCODINGS = ['windows-1252', 'windows-1250', 'windows-1251', 'shift_jis'];

/**
 * Describes a row that is not UTF-8: the byte, the line, and what it would be in other encodings.
 *
 * The encoding is not guessed: in most files a few bytes would decide between a dozen encodings, and a wrong guess would stay
 * in every list and page.
 */
export function wrongEncoding({ value, line }: Pick<InputRecord, 'value' | 'line'>): string {
  const bytes = value ?? Buffer.alloc(0);
  const at = firstInvalid(bytes);
  const readings = ENCODINGS.flatMap((encoding) => {
    const word = wordAt(bytes, at, encoding);
    return word === undefined ? [] : [`${printable(word)} in ${encoding}`];
  });
  return `it is not UTF-8: line ${line} has the byte ${hex(bytes[at] ?? 0)}, which makes ${readings.join(', ')}. Say which with --encoding NAME; with --encoding utf-8, such rows are rejected and the others are sent`;
}

/** Finds the first byte that is not UTF-8, or begins a character that is cut off. */
function firstInvalid(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let at = 0;
  try {
    for (; at < bytes.length; at++) decoder.decode(bytes.subarray(at, at + 1), { stream: true });
  } catch {
    // A character that is cut off is noticed at the byte after it.
    while (at > 0 && (bytes[at] ?? 0) < 0x80) at -= 1;
  }
  return at;
}

/** Returns the word that a byte is part of; undefined if it has no meaning in the encoding. */
function wordAt(bytes: Buffer, at: number, encoding: string): string | undefined {
  const isBoundary = (byte: number | undefined): boolean =>
    byte === undefined || byte === 0x20 || byte === 0x22 || byte === 0x2c;
  let [from, to] = [at, at + 1];
  while (from > 0 && !isBoundary(bytes[from - 1])) from -= 1;
  while (to < bytes.length && !isBoundary(bytes[to])) to += 1;
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(from, to));
  } catch {
    return undefined;
  }
}

import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { InputError } from './options.ts';

/** How many bytes of a file decide what it is. */
export const HEAD_BYTES = 64 * 1024;

export type Chunks = AsyncIterable<Buffer>;

/** Opens a file, gzipped or not. The generator's end closes the file. */
export async function* readChunks(path: string, isGzip: boolean): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const plain = isGzip ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => plain.destroy(error));
  try {
    for await (const chunk of plain) yield chunk;
  } finally {
    source.destroy();
  }
}

/** Returns the first bytes of a file, at least {@link HEAD_BYTES} unless it is shorter, and all of its bytes. */
export async function peek(chunks: AsyncGenerator<Buffer>): Promise<{ head: Buffer; all: Chunks }> {
  const first: Buffer[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const { done, value } = await chunks.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  const head = Buffer.concat(first);
  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    yield* chunks;
  }
  return { head: head.subarray(0, HEAD_BYTES), all: all() };
}

/** Byte order marks: https://encoding.spec.whatwg.org/#bom-sniff */
const MARKS = [
  { encoding: 'utf-8', bytes: Buffer.from([0xef, 0xbb, 0xbf]) },
  { encoding: 'utf-16le', bytes: Buffer.from([0xff, 0xfe]) },
  { encoding: 'utf-16be', bytes: Buffer.from([0xfe, 0xff]) },
] as const;

/** The encoding that a byte order mark at the beginning of a file names; undefined if it has none. */
export const markedEncoding = (head: Buffer): string | undefined =>
  MARKS.find(({ bytes }) => head.subarray(0, bytes.length).equals(bytes))?.encoding;

/**
 * Converts a file to UTF-8 without a byte order mark. UTF-8 is not checked: bytes that are not UTF-8 pass.
 *
 * @param encoding A name of https://encoding.spec.whatwg.org.
 * @throws {InputError} If bytes have no meaning in another encoding; the message names the first one and its line.
 */
export async function* toUtf8(chunks: Chunks, encoding: string): AsyncGenerator<Buffer> {
  if (encoding === 'utf-8') return yield* withoutMark(chunks);
  const decoder = new TextDecoder(encoding, { fatal: true });
  let lines = 1;
  for await (const chunk of chunks) {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      throw undecodable(chunk, encoding, lines);
    }
    lines += count(text, '\n');
    yield Buffer.from(text);
  }
  try {
    yield Buffer.from(decoder.decode());
  } catch {
    throw new InputError(`it ends in line ${lines} in the middle of a character of ${encoding}`);
  }
}

async function* withoutMark(chunks: Chunks): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of chunks) {
    yield isFirst && markedEncoding(chunk) === 'utf-8' ? chunk.subarray(3) : chunk;
    isFirst = false;
  }
}

/** Finds the first byte of a chunk that cannot be decoded, by decoding one byte after the other. */
function undecodable(chunk: Buffer, encoding: string, linesBefore: number): InputError {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let lines = linesBefore;
  for (const byte of chunk)
    try {
      lines += count(decoder.decode(Uint8Array.of(byte), { stream: true }), '\n');
    } catch {
      return new InputError(`it is not ${encoding}: byte ${hex(byte)} in line ${lines} has no meaning in it`);
    }
  return new InputError(`it is not ${encoding}: a character near line ${lines} has no meaning in it`);
}

/** @example hex(252) // '0xFC' */
export const hex = (byte: number): string => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

export function count(text: string, letter: string): number {
  let found = 0;
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) found += 1;
  return found;
}

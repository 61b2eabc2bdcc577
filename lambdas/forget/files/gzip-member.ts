import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * Gzip members (RFC 1952) of a length that is given. A reader that knows only where a block was finds the new one at the same place.
 */

const [MAGIC_1, MAGIC_2, DEFLATE] = [0x1f, 0x8b, 8];
const [HAS_EXTRA, HAS_NAME, HAS_COMMENT, HAS_HEADER_CHECK] = [4, 8, 16, 2];
const UNKNOWN_SYSTEM = 255;
const [HEADER_BYTES, TRAILER_BYTES] = [10, 8];
/** The longest extra field. */
const MOST_EXTRA = 65_535;
/** Bytes that say how long the extra field is. */
const EXTRA_LENGTH = 2;

/** A member of a gzip file. */
export interface Member {
  readonly text: string;
  readonly sizeBytes: number;
}

/**
 * Reads the first member of some bytes.
 *
 * @throws {RangeError} If they do not begin with one.
 */
export function readMember(bytes: Uint8Array): Member {
  const header = headerBytes(bytes);
  const { buffer, engine } = inflateRawSync(bytes.subarray(header), { info: true }) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  return { text: buffer.toString('utf8'), sizeBytes: header + engine.bytesWritten + TRAILER_BYTES };
}

function headerBytes(bytes: Uint8Array): number {
  const [first, second, method, flags = 0] = bytes;
  if (first !== MAGIC_1 || second !== MAGIC_2 || method !== DEFLATE)
    throw new RangeError('Cannot read a block: it is not a gzip member');
  let at = HEADER_BYTES;
  if (flags & HAS_EXTRA) at += EXTRA_LENGTH + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  if (flags & HAS_NAME) at = bytes.indexOf(0, at) + 1;
  if (flags & HAS_COMMENT) at = bytes.indexOf(0, at) + 1;
  return flags & HAS_HEADER_CHECK ? at + 2 : at;
}

/** Settings of the compression, the best one for most blocks first. The default of the job's language is level 6. */
const SETTINGS = [
  { level: 9, memLevel: 9 },
  { level: 9, memLevel: 8 },
  { level: 9, memLevel: 9, strategy: constants.Z_FILTERED },
  { level: 6, memLevel: 8 },
  { level: 9, memLevel: 7 },
  { level: 9, memLevel: 6 },
] as const;

/**
 * Writes a text as a member of this length. The room that the text does not take is an extra field of zeros in the header, and beyond
 * 65,537 bytes a comment, which readers skip.
 *
 * @returns A longer member if the text does not fit, however it is compressed. A text without one of its rows fits nearly always.
 */
export function writeMember(text: string, sizeBytes: number): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const room = sizeBytes - HEADER_BYTES - TRAILER_BYTES;
  let body = deflateRawSync(bytes, SETTINGS[0]);
  for (const settings of SETTINGS.slice(1)) {
    if (body.length <= room) break;
    const other = deflateRawSync(bytes, settings);
    if (other.length < body.length) body = other;
  }
  return Buffer.concat([header(Math.max(0, room - body.length)), body, trailer(bytes)]);
}

/** @param padding Bytes that the header has in addition. */
function header(padding: number): Buffer {
  const isExtra = padding >= EXTRA_LENGTH;
  const extra = isExtra ? Math.min(padding - EXTRA_LENGTH, MOST_EXTRA) : 0;
  const comment = isExtra ? padding - EXTRA_LENGTH - extra : padding;
  const fixed = Buffer.alloc(HEADER_BYTES);
  fixed.set([MAGIC_1, MAGIC_2, DEFLATE, (isExtra ? HAS_EXTRA : 0) | (comment > 0 ? HAS_COMMENT : 0)]);
  fixed[9] = UNKNOWN_SYSTEM;
  const lengthOfExtra = Buffer.alloc(isExtra ? EXTRA_LENGTH : 0);
  if (isExtra) lengthOfExtra.writeUInt16LE(extra);
  // A comment ends with a zero.
  const commentBytes = Buffer.alloc(comment, ' ');
  if (comment > 0) commentBytes[comment - 1] = 0;
  return Buffer.concat([fixed, lengthOfExtra, Buffer.alloc(extra), commentBytes]);
}

function trailer(bytes: Buffer): Buffer {
  const buffer = Buffer.alloc(TRAILER_BYTES);
  buffer.writeUInt32LE(crc32(bytes), 0);
  buffer.writeUInt32LE(bytes.length % 2 ** 32, 4);
  return buffer;
}

import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import { type FieldMap, SALE_FIELDS } from '../../shared/sales/field-map.ts';
import { numberSource } from '../../shared/sales/number-source.ts';
import { reasonKind } from '../../shared/sales/reason.ts';
import { type Forgotten, type Rewritten, UNCHANGED } from './kind.ts';
import { hasPart, hasWord } from './words.ts';

/** A line of `rejected/`; the other fields are its address. */
const RejectedLine = z.looseObject({
  kafkaMs: z.number(),
  reason: z.string(),
  key: z.string().nullish(),
  value: z.string().nullish(),
});
type RejectedLine = z.infer<typeof RejectedLine>;

/**
 * Removes the bytes of rejected records that name a user. The line stays with its address and the kind of its reason, so that every
 * offset is still accounted for.
 *
 * Key and value are searched alike. The user is the field for the user. If that cannot be read, the fields that no sale has are searched,
 * and the words of what is not JSON. In bytes that are not text, an id may stand anywhere: a false mask costs little.
 *
 * @param fieldMap The names of the fields on the topic.
 */
export function rewriteRejected(bytes: Uint8Array, forgotten: Forgotten, fieldMap: FieldMap): Rewritten {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split('\n');
  const names = namesOf(fieldMap);
  let removedRows = 0;
  const rewritten = lines.map((text) => {
    if (text === '') return text;
    const line: object = JSON.parse(text);
    const record = RejectedLine.parse(line);
    if (!namesUser(record, forgotten, names)) return text;
    removedRows += 1;
    return JSON.stringify(masked(line, record));
  });
  return removedRows === 0
    ? UNCHANGED
    : { changed: true, bytes: Buffer.from(rewritten.join('\n'), 'utf8'), removedRows };
}

const WORD = /[\p{L}\p{N}_@.-]+/gu;

/**
 * Returns the words of keys and values that are no JSON objects, each at most once: one of them may be a user. In bytes that are not text,
 * the length of an id may stand before it as a letter, so each word is returned without its first character too.
 */
export function wordsOfRejected(bytes: Uint8Array): Set<string> {
  const words = new Set<string>();
  for (const text of Buffer.from(bytes).toString('utf8').split('\n')) {
    if (text === '') continue;
    const { key, value } = RejectedLine.parse(JSON.parse(text));
    for (const bytes of [key, value].map((base64) => Buffer.from(base64 ?? '', 'base64'))) {
      const record = textOf(bytes);
      if (isObject(parsed(record))) continue;
      for (const [word] of record.matchAll(WORD)) {
        words.add(word);
        if (word.length > 1 && isBinary(bytes)) words.add(word.slice(1));
      }
    }
  }
  return words;
}

/** Counts the lines. */
export const rejectedRows = (bytes: Uint8Array): number =>
  Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '').length;

/** Leaves out the bytes of a record, in the order of its fields, and says how many they were. */
function masked(line: object, { reason, value }: RejectedLine): object {
  const { key: _, value: __, ...kept } = line as Record<string, unknown>;
  return {
    ...kept,
    reason: `${reasonKind(reason)}: the user was forgotten`,
    ...(value != null && { sizeBytes: Buffer.from(value, 'base64').length }),
    erased: true,
  };
}

interface Names {
  readonly user: string;
  /** Names of the other fields of a sale. */
  readonly others: ReadonlySet<string>;
}

const namesOf = (fieldMap: FieldMap): Names => ({
  user: fieldMap.userId ?? 'userId',
  others: new Set(SALE_FIELDS.filter((field) => field !== 'userId').map((field) => fieldMap[field] ?? field)),
});

function namesUser({ kafkaMs, key, value }: RejectedLine, forgotten: Forgotten, names: Names): boolean {
  const isForgotten = (user: unknown): boolean =>
    typeof user === 'string' && forgotten.isForgotten(user, kafkaMs);
  return [key, value].some((base64) => {
    const bytes = Buffer.from(base64 ?? '', 'base64');
    if (bytes.length === 0) return false;
    const text = textOf(bytes);
    const named = usersNamed(text, names.user);
    if (isForgotten(text) || named.some(isForgotten)) return true;
    const json = parsed(text);
    if (isObject(json)) return fieldsNameUser(json, text, { isForgotten, names });
    if (named.length > 0) return false;
    return valuesIn(json).some(isForgotten) || bytesNameUser(bytes, forgotten, kafkaMs);
  });
}

function bytesNameUser(bytes: Buffer, forgotten: Forgotten, kafkaMs: number): boolean {
  if (hasWord(textOf(bytes), forgotten, kafkaMs)) return true;
  if (!isBinary(bytes)) return false;
  // Without NULs, ASCII reads the same in all widths of Unicode.
  return hasPart(bytes.toString('utf8').replaceAll('\0', ''), forgotten, kafkaMs);
}

/** Texts in other encodings differ from UTF-8 only outside ASCII; UTF-16 has a NUL in every other byte of ASCII. */
function textOf(bytes: Buffer): string {
  const wide = utf16Of(bytes);
  if (wide) return new TextDecoder(wide).decode(bytes);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

function utf16Of(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  const nulls = [0, 0];
  for (const [at, byte] of bytes.entries()) if (byte === 0) nulls[at % 2] = (nulls[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nulls;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const most = bytes.length / 4;
  if (even === 0 && odd > most) return 'utf-16le';
  return odd === 0 && even > most ? 'utf-16be' : undefined;
}

const isBinary = (bytes: Buffer): boolean =>
  !isUtf8(bytes) ||
  bytes.some((byte) => (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 0x7f);

/** Looks into the field of the user; if that is no id, into all that it has, and into the fields that a sale does not have. */
function fieldsNameUser(
  json: Readonly<Record<string, unknown>>,
  text: string,
  { isForgotten, names }: { readonly isForgotten: (user: unknown) => boolean; readonly names: Names },
): boolean {
  const own = Object.hasOwn(json, names.user) ? json[names.user] : undefined;
  if (typeof own === 'string') return isForgotten(own);
  if (typeof own === 'number') return isForgotten(digitsOf(own, names.user, text));
  return Object.entries(json).some(([name, value]) => {
    if (names.others.has(name)) return false;
    return valuesIn(value).some((each) =>
      isForgotten(typeof each === 'number' ? digitsOf(each, name, text) : each),
    );
  });
}

/** Returns the digits of a number as a sale's id has them. */
const digitsOf = (value: number, name: string, text: string): string =>
  Number.isSafeInteger(value)
    ? String(value)
    : (numberSource(text, name) ?? String(value)).replace(/\.0+$/, '');

/** Returns all texts and numbers of a value. */
function valuesIn(value: unknown): unknown[] {
  const [found, waiting]: [unknown[], unknown[]] = [[], [value]];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'object' && next !== null) for (const each of Object.values(next)) waiting.push(each);
    else found.push(next);
  }
  return found;
}

/** Finds the values of a field in a text that need not be JSON. */
function usersNamed(text: string, name: string): string[] {
  const pattern = new RegExp(
    `${escaped(JSON.stringify(name))}\\s*:\\s*("(?:[^"\\\\]|\\\\.)*"|-?\\d+(?:\\.\\d+)?)`,
    'g',
  );
  return [...text.matchAll(pattern)].flatMap(([, value = '']) => {
    try {
      return [String(value.startsWith('"') ? JSON.parse(value) : value.replace(/\.0+$/, ''))];
    } catch {
      return [];
    }
  });
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** @returns undefined if the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

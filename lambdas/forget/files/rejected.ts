import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import { type FieldMap, SALE_FIELDS } from '../../shared/sales/field-map.ts';
import { numberSource } from '../../shared/sales/number-source.ts';
import { reasonKind } from '../../shared/sales/reason.ts';
import { type Erased, type Rewritten, UNCHANGED } from './kind.ts';
import { hasWord } from './words.ts';

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
 * The user of a record is its field for the user. If that cannot be read, the record is searched: its key, the fields that no sale has,
 * and the text of what is not JSON.
 *
 * @param fieldMap The names of the fields on the topic.
 */
export function rewriteRejected(bytes: Uint8Array, erased: Erased, fieldMap: FieldMap): Rewritten {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').split('\n');
  const names = namesOf(fieldMap);
  let removedRows = 0;
  const rewritten = lines.map((text) => {
    if (text === '') return text;
    const line: object = JSON.parse(text);
    const record = RejectedLine.parse(line);
    if (!namesUser(record, erased, names)) return text;
    removedRows += 1;
    return JSON.stringify(masked(line, record));
  });
  return removedRows === 0
    ? UNCHANGED
    : { changed: true, bytes: Buffer.from(rewritten.join('\n'), 'utf8'), removedRows };
}

const WORD = /[\p{L}\p{N}_@.-]+/gu;

/** Returns the words of records that are not JSON, each at most once: one of them may be a user. */
export function wordsOfRejected(bytes: Uint8Array): Set<string> {
  const words = new Set<string>();
  for (const text of Buffer.from(bytes).toString('utf8').split('\n')) {
    if (text === '') continue;
    const { value } = RejectedLine.parse(JSON.parse(text));
    const record = textOf(Buffer.from(value ?? '', 'base64'));
    if (!parsed(record)) for (const [word] of record.matchAll(WORD)) words.add(word);
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
    reason: `${reasonKind(reason)}: the user was erased`,
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

function namesUser({ kafkaMs, key, value }: RejectedLine, erased: Erased, names: Names): boolean {
  const isErased = (user: unknown): boolean => typeof user === 'string' && erased.isErased(user, kafkaMs);
  const [keyBytes, bytes] = [key, value].map((base64) => Buffer.from(base64 ?? '', 'base64'));
  if (keyBytes && isErased(keyBytes.toString('utf8'))) return true;
  if (!bytes || bytes.length === 0) return false;
  const text = textOf(bytes);
  const named = usersNamed(text, names.user);
  if (named.some(isErased)) return true;
  const json = parsed(text);
  if (json) return fieldsNameUser(json, text, { isErased, names });
  return named.length === 0 && hasWord(text, erased, kafkaMs);
}

/** Texts in other encodings differ from UTF-8 only outside ASCII. */
const textOf = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');

/** Looks into the field of the user; if that is no id, into all that it has, and into the fields that a sale does not have. */
function fieldsNameUser(
  json: Readonly<Record<string, unknown>>,
  text: string,
  { isErased, names }: { readonly isErased: (user: unknown) => boolean; readonly names: Names },
): boolean {
  const own = Object.hasOwn(json, names.user) ? json[names.user] : undefined;
  if (typeof own === 'string') return isErased(own);
  if (typeof own === 'number') return isErased(digitsOf(own, names.user, text));
  return Object.entries(json).some(([name, value]) => {
    if (names.others.has(name)) return false;
    return valuesIn(value).some((each) =>
      isErased(typeof each === 'number' ? digitsOf(each, name, text) : each),
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

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}

import { gunzipSync, gzipSync } from 'node:zlib';
import type { Edits } from './documents.ts';
import { arrayAt, itemTexts, parseJsonText, replaceItems, textOf } from './json-text.ts';
import { type Forgotten, type Rewritten, UNCHANGED } from './kind.ts';

/** Texts that no schema describes: logs, and reasons of failures. Users are found in them as whole words. */

/** Replaces an id. */
export const MASK = '***';

/**
 * Shorter ids are words of every log, such as numbers of tasks. They are only found where a message names an id: in quotes, or after
 * one of these words.
 */
const SHORT = 5;
const NAMES_ID = /(?:["'\u2018\u201c]|\b(?:key|user|follows|id) )$/i;
/** The longest text that `NAMES_ID` looks back at. */
const LOOK_BACK = 10;

/**
 * Replaces users in a text, as whole words: `11` is not found in `2026-11-30`, nor `1` in `11`. An id that was written in JSON is
 * found in that form too.
 *
 * @returns undefined if the text has none of them.
 */
export function maskWords(
  text: string,
  forgotten: Forgotten,
): { readonly text: string; readonly masked: number } | undefined {
  const parts: string[] = [];
  let [copied, masked] = [0, 0];
  for (const { start, end, user } of wordsIn(text, forgotten)) {
    if (!isNamed(text, start, user) || !forgotten.isForgotten(user)) continue;
    parts.push(text.slice(copied, start), MASK);
    copied = end;
    masked += 1;
  }
  if (masked === 0) return undefined;
  parts.push(text.slice(copied));
  return { text: parts.join(''), masked };
}

/** Returns whether a text has a user as a whole word, however short the id is. */
export function hasWord(text: string, forgotten: Forgotten, kafkaMs?: number): boolean {
  for (const { user } of wordsIn(text, forgotten)) if (forgotten.isForgotten(user, kafkaMs)) return true;
  return false;
}

/** Returns whether a text has a user anywhere, also within a word. */
export function hasPart(text: string, forgotten: Forgotten, kafkaMs?: number): boolean {
  const index = indexOf(forgotten);
  for (let at = 0; at < text.length; at++)
    if (index.formsAt(text, at).some(({ user }) => forgotten.isForgotten(user, kafkaMs))) return true;
  return false;
}

interface Word {
  readonly start: number;
  readonly end: number;
  readonly user: string;
}

function* wordsIn(text: string, forgotten: Forgotten): Generator<Word> {
  const index = indexOf(forgotten);
  for (let at = 0; at < text.length; at++) {
    const found = index.wordAt(text, at);
    if (!found) continue;
    const end = at + found.form.length;
    yield { start: at, end, user: found.user };
    at = end - 1;
  }
}

/** Replaces users in a log, which may be compressed. */
export function maskLog(bytes: Uint8Array, forgotten: Forgotten): Rewritten {
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const masked = maskWords(
    (isCompressed ? gunzipSync(bytes) : Buffer.from(bytes)).toString('utf8'),
    forgotten,
  );
  if (!masked) return UNCHANGED;
  const text = Buffer.from(masked.text, 'utf8');
  return { changed: true, bytes: isCompressed ? gzipSync(text) : text, removedRows: masked.masked };
}

/** Replaces users in the reasons of `attempts/N/failed.json`. */
export function reasonEdits(document: string, forgotten: Forgotten): Edits {
  const reasons = arrayAt(parseJsonText(document), 'reasons');
  let removedRows = 0;
  const texts = itemTexts(document, reasons).map((text, index) => {
    const masked = maskWords(textOf(document, reasons.items[index]) ?? '', forgotten);
    removedRows += masked?.masked ?? 0;
    return masked ? JSON.stringify(masked.text) : text;
  });
  return { edits: removedRows === 0 ? [] : [replaceItems(document, reasons, texts)], removedRows };
}

const isNamed = (text: string, at: number, id: string): boolean =>
  id.length >= SHORT || NAMES_ID.test(text.slice(Math.max(0, at - LOOK_BACK), at));

const LETTER_OR_DIGIT = /[\p{L}\p{N}_]/u;
const DIGIT = /\p{N}/u;
/** Characters that belong to a number or a date if a digit is on their other side. */
const JOINTS = new Set('-./:,');

/** Returns whether nothing continues the word at either end. */
const isWord = (text: string, start: number, end: number): boolean =>
  isEnd(text, start - 1, -1) && isEnd(text, end, 1);

function isEnd(text: string, at: number, step: number): boolean {
  const next = characterAt(text, at);
  if (next === '') return true;
  if (LETTER_OR_DIGIT.test(next)) return false;
  return !(JOINTS.has(next) && DIGIT.test(characterAt(text, at + step)));
}

/** Returns the character that a code unit belongs to. */
function characterAt(text: string, at: number): string {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code)) return '';
  if (code >= 0xdc00 && code <= 0xdfff) return text.slice(at - 1, at + 1);
  return code >= 0xd800 && code <= 0xdbff ? text.slice(at, at + 2) : text.charAt(at);
}

/** An id as it may be written in a text. */
interface Form {
  readonly form: string;
  readonly user: string;
}

interface IdIndex {
  /** Finds all ids that begin at a position of a text, longest first. */
  formsAt(text: string, at: number): Form[];
  /** Finds the longest id that is a whole word at a position of a text. */
  wordAt(text: string, at: number): Form | undefined;
}

/** Ids are looked up by their first characters. */
const KEY_LENGTH = 3;
const indices = new WeakMap<ReadonlySet<string>, IdIndex>();

function indexOf({ users }: Forgotten): IdIndex {
  const known = indices.get(users) ?? createIndex(users);
  indices.set(users, known);
  return known;
}

function createIndex(users: ReadonlySet<string>): IdIndex {
  const forms = [...users].flatMap((user): Form[] => {
    const inJson = JSON.stringify(user).slice(1, -1);
    return inJson === user
      ? [{ form: user, user }]
      : [
          { form: user, user },
          { form: inJson, user },
        ];
  });
  const byStart = Map.groupBy(forms, ({ form }) => form.slice(0, KEY_LENGTH));
  for (const candidates of byStart.values()) candidates.sort((a, b) => b.form.length - a.form.length);
  const lengths = [...new Set([...byStart.keys()].map(({ length }) => length))].sort((a, b) => b - a);
  const first = new Set(forms.map(({ form }) => form.charCodeAt(0)));
  const formsAt = (text: string, at: number): Form[] => {
    if (!first.has(text.charCodeAt(at))) return [];
    return lengths.flatMap((length) =>
      (byStart.get(text.slice(at, at + length)) ?? []).filter(({ form }) => text.startsWith(form, at)),
    );
  };
  return {
    formsAt,
    wordAt: (text, at) => formsAt(text, at).find(({ form }) => isWord(text, at, at + form.length)),
  };
}

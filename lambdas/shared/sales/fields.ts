import { isoToMs } from './iso-time.ts';
import { numberSource } from './number-source.ts';
import { Rejection } from './rejection.ts';

/** Longest allowed id, in UTF-16 code units; likewise below. */
export const MAX_ID_LENGTH = 256;
export const MAX_TYPE_LENGTH = 64;
export const MAX_NAME_LENGTH = 1024;
/** Earlier timestamps are rejected as mistakes, such as seconds instead of milliseconds, or 0. Epoch ms. */
export const EARLIEST_MS = Date.UTC(1990, 0, 1);
/** Longest time by which a sale may be later than its Kafka record: clocks differ, but not by days. */
export const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/** The form of a timestamp; the end of the reason for one of another form. */
export const TIMESTAMP = 'ISO 8601 with a zone, or epoch milliseconds';

/** A parsed record, and its text, which has digits that the parsed one has lost. */
export interface Parsed {
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Reads an own field; `constructor` and the like may be names of data. Null counts as absent. */
const field = ({ json }: Parsed, name: string): unknown =>
  Object.hasOwn(json, name) ? (json[name] ?? undefined) : undefined;

const wrong = (name: string, value: unknown, expected: string): Rejection =>
  new Rejection(name, expected, value === undefined ? { words: 'missing' } : { value });

const ID = `a string of 1 to ${MAX_ID_LENGTH} characters or a number`;

/** @throws {Rejection} If the field is missing or not an id. */
export function requiredId(parsed: Parsed, name: string): string {
  const id = toId(field(parsed, name), name, parsed.text);
  if (id === undefined) throw wrong(name, undefined, ID);
  return id;
}

/** An empty optional id counts as absent. @throws {Rejection} If the field is not an id. */
export function optionalId(parsed: Parsed, name: string): string | undefined {
  const value = field(parsed, name);
  return value === '' ? undefined : toId(value, name, parsed.text);
}

function toId(value: unknown, name: string, text: string): string | undefined {
  if (value === undefined) return undefined;
  const id = typeof value === 'number' ? digits(value, name, text) : value;
  if (typeof id === 'string' && id.length >= 1 && id.length <= MAX_ID_LENGTH && id.isWellFormed()) return id;
  throw wrong(name, value, ID);
}

/**
 * The digits of a number as written in the text, because a parsed number beyond 2^53 has lost some. A fraction of zeros is no
 * part of them, so `17850.0` is `17850` however long the number is.
 */
const digits = (value: number, name: string, text: string): string =>
  Number.isSafeInteger(value)
    ? String(value)
    : (numberSource(text, name) ?? String(value)).replace(/\.0+$/, '');

/** Returns 1 if the field is absent. @throws {Rejection} If it is not a finite number other than 0. */
export function quantity(parsed: Parsed, name: string): number {
  const value = field(parsed, name);
  const number = toNumber(value);
  if (number === undefined) return 1;
  if (Number.isFinite(number) && number !== 0) return number;
  throw wrong(name, value, 'a finite number other than 0');
}

/** @throws {Rejection} If the field is not a finite number. */
export function optionalNumber(parsed: Parsed, name: string): number | undefined {
  const value = field(parsed, name);
  const number = toNumber(value);
  if (number === undefined || Number.isFinite(number)) return number;
  throw wrong(name, value, 'a finite number');
}

/**
 * A decimal number, perhaps between blanks. Other forms, such as a comma or a currency, have several readings. No two
 * repetitions may match the same digits: a record of a megabyte would take hours.
 */
export const DECIMAL = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/**
 * Reads a quantity or a price: a number, or text that is one, because exports often quote their numbers.
 *
 * @returns undefined if the field is absent or empty; NaN if it is not a number.
 */
function toNumber(value: unknown): number | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'number') return value;
  return typeof value === 'string' && DECIMAL.test(value) ? Number(value) : Number.NaN;
}

/** A number is a name too, such as the title 1984. @throws {Rejection} If the field is not a name. */
export function productName(parsed: Parsed, name: string): string | undefined {
  const value = field(parsed, name);
  return toText(typeof value === 'number' ? digits(value, name, parsed.text) : value, name, MAX_NAME_LENGTH);
}

/** @throws {Rejection} If the field is not text of at most `maxLength` characters. */
export const optionalText = (parsed: Parsed, name: string, maxLength: number): string | undefined =>
  toText(field(parsed, name), name, maxLength);

function toText(value: unknown, name: string, maxLength: number): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && value.length <= maxLength && value.isWellFormed()) return value;
  throw wrong(name, value, `a string of at most ${maxLength} characters`);
}

/**
 * Reads the moment of a sale, epoch ms; that of its record if the field is absent.
 *
 * @throws {Rejection} If it is not a moment, or one that no sale can have.
 */
export function timestamp(parsed: Parsed, name: string, kafkaMs: number): number {
  const value = field(parsed, name);
  const atMs = value === undefined ? kafkaMs : toMs(value);
  if (atMs === undefined || atMs > LAST_MS) throw wrong(name, value ?? kafkaMs, TIMESTAMP);
  if (atMs < EARLIEST_MS) throw wrong(name, value ?? kafkaMs, 'in 1990 or later');
  if (kafkaMs >= 0 && atMs > kafkaMs + MAX_AHEAD_MS)
    throw wrong(name, value, `at most a day ahead of its record, ${new Date(kafkaMs).toISOString()}`);
  return atMs;
}

/** The latest moment that a Date can represent, epoch ms. */
const LAST_MS = 8.64e15;

function toMs(value: unknown): number | undefined {
  if (typeof value === 'string') return isoToMs(value);
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= LAST_MS
    ? value
    : undefined;
}

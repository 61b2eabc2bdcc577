import { isUtf8 } from 'node:buffer';
import type { FieldMap, SaleField } from './field-map.ts';

/** A valid sale, as accumulate stores it. */
export interface Sale {
  readonly user: string;
  readonly product: string;
  /** Units; negative for a return; never 0. */
  readonly quantity: number;
  /** When the sale happened, epoch ms, UTC. */
  readonly atMs: number;
  readonly type: string;
  readonly orderId: string | undefined;
  readonly price: number | undefined;
  readonly productName: string | undefined;
}

/** Longest allowed id, in UTF-16 code units; likewise below. */
export const MAX_ID_LENGTH = 256;
export const MAX_TYPE_LENGTH = 64;
export const MAX_NAME_LENGTH = 1024;
/** Earlier timestamps are rejected as mistakes, such as seconds instead of milliseconds, or 0. Epoch ms. */
export const EARLIEST_MS = Date.UTC(1990, 0, 1);
/** Longest time by which a sale may be later than its Kafka record: clocks differ, but not by days. */
export const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/** The reason why a record is not a valid sale. Only this file throws and catches it. */
class Rejection extends Error {}

type Json = Readonly<Record<string, unknown>>;

/**
 * Parses a Kafka record as a sale.
 *
 * @param value The value of the record; undefined for a tombstone.
 * @param kafkaMs Kafka timestamp of the record, epoch ms; -1 if it has none.
 * @returns The sale, or the reason for its rejection, such as
 *   `quantity: is "two", should be a finite number other than 0`.
 */
export type ParseSale = (value: Buffer | undefined, kafkaMs: number) => Sale | { readonly rejected: string };

/**
 * Creates a parser of sales. Its result depends on the record alone, so a retry gets the same result.
 *
 * @param fieldMap The names of the fields on the topic.
 */
export function createSaleParser(fieldMap: FieldMap): ParseSale {
  const nameOf = (field: SaleField): string => fieldMap[field] ?? field;
  const names = {
    userId: nameOf('userId'),
    productId: nameOf('productId'),
    quantity: nameOf('quantity'),
    timestamp: nameOf('timestamp'),
    type: nameOf('type'),
    orderId: nameOf('orderId'),
    price: nameOf('price'),
    productName: nameOf('productName'),
  };
  return (value, kafkaMs) => {
    try {
      const { text, json } = parseJson(value);
      return {
        user: requiredId(json, names.userId, text),
        product: requiredId(json, names.productId, text),
        quantity: quantity(json, names.quantity),
        atMs: timestamp(json, names.timestamp, kafkaMs),
        type: optionalText(json, names.type, MAX_TYPE_LENGTH) ?? 'purchase',
        orderId: optionalId(json, names.orderId, text),
        price: optionalNumber(json, names.price),
        productName: optionalText(json, names.productName, MAX_NAME_LENGTH),
      };
    } catch (error) {
      if (error instanceof Rejection) return { rejected: error.message };
      throw error;
    }
  };
}

function parseJson(value: Buffer | undefined): { text: string; json: Json } {
  if (value === undefined) throw new Rejection('no value: is a tombstone, should be a JSON object');
  if (!isUtf8(value)) throw new Rejection('not UTF-8: should be a JSON object in UTF-8');
  const text = value.toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Rejection(`not JSON: is ${shown(text)}, should be a JSON object`);
  }
  if (!isObject(json)) throw new Rejection(`not an object: is ${shown(json)}, should be a JSON object`);
  return { text, json };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads an own field; `constructor` and the like may be names of data. Null counts as absent. */
const field = (json: Json, name: string): unknown =>
  Object.hasOwn(json, name) ? (json[name] ?? undefined) : undefined;

function wrong(name: string, value: unknown, expected: string): Rejection {
  return new Rejection(
    value === undefined
      ? `${name}: is missing, should be ${expected}`
      : `${name}: is ${shown(value)}, should be ${expected}`,
  );
}

const ID = `a string of 1 to ${MAX_ID_LENGTH} characters or a number`;

function requiredId(json: Json, name: string, text: string): string {
  const id = toId(field(json, name), name, text);
  if (id === undefined) throw wrong(name, undefined, ID);
  return id;
}

/** An empty optional id counts as absent. */
function optionalId(json: Json, name: string, text: string): string | undefined {
  const value = field(json, name);
  return value === '' ? undefined : toId(value, name, text);
}

function toId(value: unknown, name: string, text: string): string | undefined {
  if (value === undefined) return undefined;
  const id = typeof value === 'number' ? digits(value, name, text) : value;
  if (typeof id === 'string' && id.length >= 1 && id.length <= MAX_ID_LENGTH && id.isWellFormed()) return id;
  throw wrong(name, value, ID);
}

/** The digits of a number as written in the text, because a parsed number beyond 2^53 has lost some. */
const digits = (value: number, name: string, text: string): string =>
  Number.isSafeInteger(value) ? String(value) : (numberSource(text, name) ?? String(value));

const STRING = /"(?:[^"\\]|\\.)*"/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Returns the text of a number field of the outermost object. If the name occurs several times, the last one counts, as in
 * JSON.parse.
 *
 * A reviver of JSON.parse cannot do this: it visits fields of inner objects too, and it recurses, so that a few thousand
 * nested brackets end the process.
 *
 * @param text A valid JSON object.
 * @returns undefined if there is no such field, or if it is not a number.
 */
function numberSource(text: string, name: string): string | undefined {
  let [depth, at] = [0, 0];
  let source: string | undefined;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const string = match(STRING);
    if (string === undefined) {
      if ('[{'.includes(text[at] ?? '')) depth += 1;
      if (']}'.includes(text[at] ?? '')) depth -= 1;
      at += 1;
      continue;
    }
    at += string.length;
    const colon = depth === 1 ? match(/\s*:\s*/y) : undefined;
    if (colon === undefined) continue;
    at += colon.length;
    if (JSON.parse(string) === name) source = match(NUMBER);
  }
  return source;
}

function quantity(json: Json, name: string): number {
  const value = field(json, name);
  if (value === undefined) return 1;
  if (typeof value === 'number' && Number.isFinite(value) && value !== 0) return value;
  throw wrong(name, value, 'a finite number other than 0');
}

function optionalNumber(json: Json, name: string): number | undefined {
  const value = field(json, name);
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw wrong(name, value, 'a finite number');
}

function optionalText(json: Json, name: string, maxLength: number): string | undefined {
  const value = field(json, name);
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && value.length <= maxLength && value.isWellFormed()) return value;
  throw wrong(name, value, `a string of at most ${maxLength} characters`);
}

function timestamp(json: Json, name: string, kafkaMs: number): number {
  const value = field(json, name);
  const atMs = value === undefined ? kafkaMs : toMs(value);
  if (atMs === undefined || atMs > LAST_MS)
    throw wrong(name, value ?? kafkaMs, 'ISO 8601 with a zone, or epoch milliseconds');
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

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d\d):?(\d\d))$/;

/** Parses ISO 8601 with a zone. `Date.parse` would read February 30 as March 2. */
function isoToMs(text: string): number | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isDate = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  const [zoneHour, zoneMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (!isDate || hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59)
    return undefined;
  const ms = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const zoneMs = (match[8] === '-' ? -1 : 1) * (zoneHour * 60 + zoneMinute) * 60_000;
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - zoneMs;
}

const daysIn = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
    ? 29
    : (DAYS_IN_MONTH[month - 1] ?? 0);
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const MAX_SHOWN = 100;

/**
 * Formats a value for a reason, shortened. An object or array is only named, because it may be nested too deeply for
 * JSON.stringify. A number may be Infinity, which JSON.parse returns for 1e999.
 */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_SHOWN + 1)) : String(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

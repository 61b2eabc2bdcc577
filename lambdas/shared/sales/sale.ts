import { isUtf8 } from 'node:buffer';
import type { FieldMap, SaleField } from './field-map.ts';
import { isoToMs } from './iso-time.ts';
import { numberSource } from './number-source.ts';
import type { SALE_ID_HEADER } from './sale-id.ts';

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
  /** The id that the producer gave to the sale, in a header of the record. */
  readonly id?: string | undefined;
  /** Optional fields of the record that could not be read; absent if there are none. They are counted and not stored. */
  readonly leftOut?: readonly LeftOut[] | undefined;
}

/** A field that a sale is stored without. */
export interface LeftOut {
  readonly field: SaleField | typeof SALE_ID_HEADER;
  /** Such as `price: is "£3.50", should be a finite number`. */
  readonly reason: string;
}

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
 * The order id, the price and the product's name are not needed: if one of them cannot be read, the sale is kept without it.
 * A field that says something else if it is left out, such as the quantity or the type, rejects the record.
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
      let leftOut: LeftOut[] | undefined;
      const optional = <Value>(name: SaleField, read: () => Value): Value | undefined => {
        try {
          return read();
        } catch (error) {
          if (!(error instanceof Rejection)) throw error;
          leftOut ??= [];
          leftOut.push({ field: name, reason: error.message });
          return undefined;
        }
      };
      const sale = {
        user: requiredId(json, names.userId, text),
        product: requiredId(json, names.productId, text),
        quantity: quantity(json, names.quantity),
        atMs: timestamp(json, names.timestamp, kafkaMs),
        type: optionalText(json, names.type, MAX_TYPE_LENGTH) ?? 'purchase',
        orderId: optional('orderId', () => optionalId(json, names.orderId, text)),
        price: optional('price', () => optionalNumber(json, names.price)),
        productName: optional('productName', () => productName(json, names.productName, text)),
      };
      return leftOut === undefined ? sale : { ...sale, leftOut };
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

/**
 * The digits of a number as written in the text, because a parsed number beyond 2^53 has lost some. A fraction of zeros is no
 * part of them, so `17850.0` is `17850` however long the number is.
 */
const digits = (value: number, name: string, text: string): string =>
  Number.isSafeInteger(value)
    ? String(value)
    : (numberSource(text, name) ?? String(value)).replace(/\.0+$/, '');

function quantity(json: Json, name: string): number {
  const value = field(json, name);
  const number = toNumber(value);
  if (number === undefined) return 1;
  if (Number.isFinite(number) && number !== 0) return number;
  throw wrong(name, value, 'a finite number other than 0');
}

function optionalNumber(json: Json, name: string): number | undefined {
  const value = field(json, name);
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

/** A number is a name too, such as the title 1984. */
function productName(json: Json, name: string, text: string): string | undefined {
  const value = field(json, name);
  return toText(typeof value === 'number' ? digits(value, name, text) : value, name, MAX_NAME_LENGTH);
}

const optionalText = (json: Json, name: string, maxLength: number): string | undefined =>
  toText(field(json, name), name, maxLength);

function toText(value: unknown, name: string, maxLength: number): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && value.length <= maxLength && value.isWellFormed()) return value;
  throw wrong(name, value, `a string of at most ${maxLength} characters`);
}

function timestamp(json: Json, name: string, kafkaMs: number): number {
  const value = field(json, name);
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

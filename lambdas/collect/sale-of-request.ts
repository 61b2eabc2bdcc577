import { createHash } from 'node:crypto';
import type { BodyElement } from '../shared/http/body.ts';
import { type FieldMap, SALE_FIELDS, type SaleField } from '../shared/sales/field-map.ts';
import type { ParseSale } from '../shared/sales/sale.ts';
import { isSaleId, MAX_SALE_ID_LENGTH, SALE_ID_HEADER } from '../shared/sales/sale-id.ts';

/** A valid sale of a request, as it goes to the topic. */
export interface OutgoingSale {
  /** The id of the user, so that the sales of a user stay in order. */
  readonly key: string;
  /** The event, with the names of fields that the topic has, in JSON. */
  readonly value: Buffer;
  /** The id of the sale; undefined if it has none. */
  readonly id: string | undefined;
}

export interface RequestContext {
  /** Moment of the request, epoch ms, which becomes the Kafka timestamp. */
  readonly nowMs: number;
  /** The only user for whom the caller may send sales; undefined if there is no such restriction. */
  readonly onlyUser: string | undefined;
  /** A parser with the names of fields of the API, whatever the topic has. */
  readonly parseSale: ParseSale;
}

const FIELDS_WITH_IDS: readonly SaleField[] = ['userId', 'productId', 'orderId'];

/**
 * Parses one sale of a request by the rules of the topic, so that a sale that is accepted is never rejected later. Two rules
 * are stricter, because the sender can still correct the sale: an optional field that cannot be read refuses it, and so does an
 * id that is a number of more than 15 digits, which JSON changes.
 *
 * @returns The sale, or the reason why it is refused: the field, what it is, and what it should be.
 */
export function readSale(
  { value, text }: BodyElement,
  fieldMap: FieldMap,
  { nowMs, onlyUser, parseSale }: RequestContext,
): OutgoingSale | { readonly refused: string } {
  const fields = isObject(value) ? saleFields(value) : undefined;
  // JSON.parse returns Infinity for 1e999, and JSON.stringify would make null of it, which counts as absent.
  for (const [name, field] of Object.entries(fields ?? {}))
    if (typeof field === 'number' && !Number.isFinite(field))
      return { refused: `${name}: is ${field}, should be a finite number` };
  // What is not JSON is parsed as it came, for the reason.
  const json = value === undefined ? text : JSON.stringify(fields ?? withoutContent(value));
  const own = isObject(value) && Object.hasOwn(value, 'id') ? (value.id ?? undefined) : undefined;
  const hasId = typeof own === 'string' && isSaleId(own);
  const headers = hasId ? [{ [SALE_ID_HEADER]: [...Buffer.from(own)] }] : [];
  const parsed = parseSale(Buffer.from(json), nowMs, headers);
  if ('rejected' in parsed) return { refused: parsed.rejected };
  if (!isObject(value) || !fields) return { refused: 'not an object: should be a JSON object' };
  const [leftOut] = parsed.leftOut ?? [];
  if (leftOut) return { refused: leftOut.reason };
  for (const name of FIELDS_WITH_IDS)
    if (typeof fields[name] === 'number' && Math.abs(fields[name]) > Number.MAX_SAFE_INTEGER)
      return { refused: `${name}: is a number of more than 15 digits, should be a string` };
  if (onlyUser !== undefined && parsed.user !== onlyUser)
    return { refused: 'userId: is another user, should be the user of the token' };
  if (own !== undefined && !hasId)
    return { refused: `id: should be a string of 1 to ${MAX_SALE_ID_LENGTH} characters` };
  return {
    key: parsed.user,
    value: Buffer.from(JSON.stringify(renamed(fields, fieldMap))),
    id: hasId ? own : undefined,
  };
}

/**
 * Gives the sales without an id one that follows from the key of their request and their content: 32 hex digits. Equal sales of one
 * request get different ids. A key that is used again for other sales, or for some of them, so neither loses a sale nor counts one
 * twice.
 *
 * @param sales In the order of the request.
 */
export function withIds(sales: readonly OutgoingSale[], idempotencyKey: string): OutgoingSale[] {
  const counts = new Map<string, number>();
  return sales.map((sale) => {
    if (sale.id !== undefined) return sale;
    const content = createHash('sha256').update(`${idempotencyKey}\n`).update(sale.value).digest('hex');
    const count = counts.get(content) ?? 0;
    counts.set(content, count + 1);
    const id = createHash('sha256').update(`${count}\n${content}`).digest('hex').slice(0, 32);
    return { ...sale, id };
  });
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Keeps the fields of a sale, so that nothing else of a request reaches the topic. An object or array is wrong in every field; it
 * is kept without its content, which may be nested too deeply for JSON.stringify.
 */
const saleFields = (json: Json): Partial<Record<SaleField, unknown>> =>
  Object.fromEntries(
    SALE_FIELDS.flatMap((name) => (Object.hasOwn(json, name) ? [[name, withoutContent(json[name])]] : [])),
  );

const withoutContent = (value: unknown): unknown =>
  Array.isArray(value) ? [] : isObject(value) ? {} : value;

const renamed = (fields: Partial<Record<SaleField, unknown>>, fieldMap: FieldMap): Json =>
  Object.fromEntries(
    SALE_FIELDS.flatMap((name) =>
      Object.hasOwn(fields, name) ? [[fieldMap[name] ?? name, fields[name]]] : [],
    ),
  );

import { isUtf8 } from 'node:buffer';
import { maskPersonal } from '../privacy/mask.ts';
import { PLAIN_PRIVACY, type Privacy } from '../privacy/settings.ts';
import type { FieldMap, SaleField } from './field-map.ts';
import {
  MAX_TYPE_LENGTH,
  optionalId,
  optionalNumber,
  optionalText,
  type Parsed,
  productName,
  quantity,
  requiredId,
  timestamp,
} from './fields.ts';
import { type PersonalField, personalFieldsOf, refusalOf } from './looks-personal.ts';
import { describeForm, Rejection, reasonOf, type Show, showMasked, showValue } from './rejection.ts';
import { SALE_ID_HEADER, saleIdOf } from './sale-id.ts';

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
  /** Fields that look personal; absent if there are none. They are counted, and stored as they are. */
  readonly looksPersonal?: readonly PersonalField[] | undefined;
}

/** A field that a sale is stored without. */
export interface LeftOut {
  readonly field: SaleField | typeof SALE_ID_HEADER;
  /** Such as `price: is "£3.50", should be a finite number`. */
  readonly reason: string;
}

/** A record that is not a valid sale. */
export interface Rejected {
  /** The reason, such as `quantity: is "two", should be a finite number other than 0`. */
  readonly rejected: string;
  /** Fields that look personal, if that is the reason. */
  readonly looksPersonal?: readonly PersonalField[] | undefined;
  /** If set, the record's bytes must not be kept unless what looks personal in them is masked. */
  readonly isMasked?: true | undefined;
}

/**
 * Parses a Kafka record as a sale.
 *
 * @param value The value of the record; undefined for a tombstone.
 * @param kafkaMs Kafka timestamp of the record, epoch ms; -1 if it has none.
 * @param headers Those of the record, which may have the id of the sale.
 */
export type ParseSale = (value: Buffer | undefined, kafkaMs: number, headers?: unknown) => Sale | Rejected;

/**
 * Creates a parser of sales. Its result depends on the record and the configuration alone, so a retry gets the same result.
 *
 * The order id, the price, the product's name and the id of the sale are not needed: if one of them cannot be read, the sale is
 * kept without it. A field that says something else if it is left out, such as the quantity or the type, rejects the record.
 *
 * If ids are keyed, no reason has any part of the record, and what looks personal in the type and the product's name is masked. The
 * ids are not changed here.
 *
 * @param fieldMap The names of the fields on the topic.
 */
export function createSaleParser(fieldMap: FieldMap, privacy: Privacy = PLAIN_PRIVACY): ParseSale {
  const { userIds, refusePersonal } = privacy;
  const [names, show] = [namesOn(fieldMap), showOf(privacy)];
  const isMasked = userIds === 'plain' && refusePersonal ? ({ isMasked: true } as const) : {};
  return (value, kafkaMs, headers) => {
    let sale: Sale;
    try {
      sale = withId(readFields(parseJson(value), { names, kafkaMs, show }), headers);
    } catch (error) {
      if (error instanceof Rejection) return { rejected: reasonOf(error, show), ...isMasked };
      throw error;
    }
    if (userIds === 'keyed') sale = withMaskedTexts(sale);
    const looksPersonal = personalFieldsOf(sale, userIds);
    const [first] = looksPersonal;
    if (first === undefined) return sale;
    if (!refusePersonal) return { ...sale, looksPersonal };
    const name = first.field === SALE_ID_HEADER ? `header ${SALE_ID_HEADER}` : names[first.field];
    return { rejected: refusalOf(name, first.kind), looksPersonal, ...isMasked };
  };
}

type Names = Readonly<Record<SaleField, string>>;

const namesOn = (fieldMap: FieldMap): Names => ({
  userId: 'userId',
  productId: 'productId',
  quantity: 'quantity',
  timestamp: 'timestamp',
  type: 'type',
  orderId: 'orderId',
  price: 'price',
  productName: 'productName',
  ...fieldMap,
});

const showOf = ({ userIds, refusePersonal }: Privacy): Show =>
  userIds === 'keyed' ? describeForm : refusePersonal ? showMasked : showValue;

function parseJson(value: Buffer | undefined): Parsed {
  const shouldBe = 'a JSON object';
  if (value === undefined) throw new Rejection('no value', shouldBe, { words: 'a tombstone' });
  if (!isUtf8(value)) throw new Rejection('not UTF-8', 'a JSON object in UTF-8');
  const text = value.toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Rejection('not JSON', shouldBe, { value: text });
  }
  if (!isObject(json)) throw new Rejection('not an object', shouldBe, { value: json });
  return { text, json };
}

const isObject = (value: unknown): value is Parsed['json'] =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws {Rejection} If a field is wrong that is needed, or that says something else if it is left out. */
function readFields(
  parsed: Parsed,
  { names, kafkaMs, show }: { readonly names: Names; readonly kafkaMs: number; readonly show: Show },
): Sale {
  let leftOut: LeftOut[] | undefined;
  const optional = <Value>(field: SaleField, read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      leftOut ??= [];
      leftOut.push({ field, reason: reasonOf(error, show) });
      return undefined;
    }
  };
  const sale = {
    user: requiredId(parsed, names.userId),
    product: requiredId(parsed, names.productId),
    quantity: quantity(parsed, names.quantity),
    atMs: timestamp(parsed, names.timestamp, kafkaMs),
    type: optionalText(parsed, names.type, MAX_TYPE_LENGTH) ?? 'purchase',
    orderId: optional('orderId', () => optionalId(parsed, names.orderId)),
    price: optional('price', () => optionalNumber(parsed, names.price)),
    productName: optional('productName', () => productName(parsed, names.productName)),
  };
  return leftOut === undefined ? sale : { ...sale, leftOut };
}

/** Adds the id of the sale. One that cannot be read is left out; its reason never has its value. */
function withId(sale: Sale, headers: unknown): Sale {
  const found = saleIdOf(headers);
  if (found === undefined) return sale;
  if ('id' in found) return { ...sale, id: found.id };
  return { ...sale, leftOut: [...(sale.leftOut ?? []), { field: SALE_ID_HEADER, reason: found.wrong }] };
}

function withMaskedTexts(sale: Sale): Sale {
  const type = maskPersonal(sale.type, 'product');
  const productName = sale.productName && maskPersonal(sale.productName, 'product');
  return type === sale.type && productName === sale.productName ? sale : { ...sale, type, productName };
}

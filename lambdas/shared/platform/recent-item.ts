import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Address, RecentSale, UserSale } from './recent-sale.ts';

/**
 * A recent sale as an item of the table. Names are short because each item pays for them; an attribute with its usual value
 * is left out.
 */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The keys of the table and the attribute that its time to live reads; the other attributes are of this file alone. */
export const RECENT_TABLE = { user: 'user', address: 'address', expires: 'expires' } as const;

const USUAL_TYPE = 'purchase';
/** The latest Kafka timestamp that is taken for one: 13 digits, the year 2286. Nanoseconds have more. */
const LAST_MS = 9_999_999_999_999;
const MS_DIGITS = 13;
const DAY_SECONDS = 24 * 60 * 60;

/** Returns the Kafka timestamp, or the moment of the sale if the record has none that is a moment. Epoch ms. */
const momentOf = ({ address: { kafkaMs }, atMs }: UserSale): number =>
  kafkaMs >= 0 && kafkaMs <= LAST_MS ? kafkaMs : atMs;

/**
 * Returns when a sale is forgotten, epoch seconds: a number of days after its Kafka timestamp. It depends on the record
 * alone, so a sale that is stored again does not live longer.
 */
export const expiryOf = (sale: UserSale, days: number): number =>
  Math.floor(momentOf(sale) / 1000) + days * DAY_SECONDS;

/** Returns the sort key: text in the order of Kafka timestamps, with the whole address but an unusual timestamp. */
function addressText(sale: UserSale): string {
  const { source, topic, partition, offset } = sale.address;
  return [String(momentOf(sale)).padStart(MS_DIGITS, '0'), source, topic, partition, offset].join('/');
}

/** Makes the item of a sale. The same sale always becomes the same item. */
export function toItem(sale: UserSale, days: number): Item {
  const { user, product, quantity, atMs, type, orderId, price, id, address } = sale;
  const moment = momentOf(sale);
  return {
    [RECENT_TABLE.user]: { S: user },
    [RECENT_TABLE.address]: { S: addressText(sale) },
    [RECENT_TABLE.expires]: { N: String(expiryOf(sale, days)) },
    p: { S: product },
    ...(quantity === 1 ? {} : { q: { S: String(quantity) } }),
    ...(atMs === moment ? {} : { t: { S: String(atMs) } }),
    ...(type === USUAL_TYPE ? {} : { y: { S: type } }),
    ...(orderId === undefined ? {} : { o: { S: orderId } }),
    ...(price === undefined ? {} : { c: { S: String(price) } }),
    ...(id === undefined ? {} : { i: { S: id } }),
    ...(address.kafkaMs === moment ? {} : { k: { S: String(address.kafkaMs) } }),
  };
}

/**
 * Reads an item that `toItem` made.
 *
 * @throws {TypeError} If it is not such an item; the message names the attribute and no value.
 */
export function fromItem(item: Item): RecentSale {
  const text = (name: string): string | undefined => item[name]?.S;
  const number = (name: string): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const parsed = Number(value);
    if (value === '' || !Number.isFinite(parsed)) throw wrong(name, 'a number');
    return parsed;
  };
  const product = text('p');
  if (product === undefined) throw wrong('p', 'the id of a product');
  const { moment, address } = parseAddress(text(RECENT_TABLE.address), number('k'));
  const [orderId, price, id] = [text('o'), number('c'), text('i')];
  return {
    product,
    quantity: number('q') ?? 1,
    atMs: number('t') ?? moment,
    type: text('y') ?? USUAL_TYPE,
    ...(orderId === undefined ? {} : { orderId }),
    ...(price === undefined ? {} : { price }),
    ...(id === undefined ? {} : { id }),
    address,
  };
}

function parseAddress(
  text: string | undefined,
  kafkaMs: number | undefined,
): { readonly moment: number; readonly address: Address } {
  const [moment, source, topic, partition, offset, ...rest] = (text ?? '').split('/');
  const numbers = [Number(moment), Number(partition), Number(offset)] as const;
  if (
    !moment ||
    !source ||
    !topic ||
    !partition ||
    !offset ||
    rest.length > 0 ||
    !numbers.every(Number.isSafeInteger)
  )
    throw wrong(RECENT_TABLE.address, 'MS/SOURCE/TOPIC/PARTITION/OFFSET');
  const address = {
    source,
    topic,
    partition: numbers[1],
    offset: numbers[2],
    kafkaMs: kafkaMs ?? numbers[0],
  };
  return { moment: numbers[0], address };
}

const wrong = (name: string, expected: string): TypeError =>
  new TypeError(`Cannot read a recent sale: its attribute ${name} should be ${expected}`);

import { hasLuhnDigit } from '../../lambdas/shared/privacy/card-number.ts';
import { kafkaClient } from '../../local/pipeline/broker.ts';
import type { Pipeline } from '../../local/pipeline/pipeline.ts';
import { plantShop, type ShopUser } from '../../local/shop/shop.ts';
import { SIMULATION_END_MS, simulate } from '../../local/shop/simulate.ts';

/**
 * A shop that plants personal data wherever a record has room for text. Each text contains one of these markers, so that a search
 * for them finds every text, also as a part of another one.
 */
const MARKERS = {
  name: 'Zyxgrensson',
  email: 'planted-mail.example',
  /** Of phone numbers and cards, with the separators that they may have or lose. */
  phone: /49(?:[ +-]|%20)?171(?:[ +-]|%20)?55507(?:[ +-]|%20)?77/,
  card: /4929(?:[ +-]|%20)?7650(?:[ +-]|%20)?4411/,
  city: 'Qvosterhavn',
  age: 'fourscore-and-17',
} as const;
export type Marker = keyof typeof MARKERS;

const sourceOf = (marker: string | RegExp): string => (typeof marker === 'string' ? marker : marker.source);
const SEARCH = new RegExp(
  Object.entries(MARKERS)
    .map(([name, marker]) => `(?<${name}>${sourceOf(marker)})`)
    .join('|'),
  'gi',
);

/** Returns the markers that a text contains. */
export function markersIn(text: string): Set<Marker> {
  const found = new Set<Marker>();
  for (const { groups = {} } of text.matchAll(SEARCH))
    for (const [name, content] of Object.entries(groups))
      if (content !== undefined) found.add(name as Marker);
  return found;
}

const USERS = 100;
const two = (number: number): string => String(number % 100).padStart(2, '0');

const cardOf = (number: number): string => {
  const body = `492976504411${String(number % 1000).padStart(3, '0')}`;
  const check = [...Array(10).keys()].find((digit) => hasLuhnDigit(`${body}${digit}`));
  return `${body}${check}`.replaceAll(/(\d{4})(?=\d)/g, '$1 ');
};

/** Ids as careless shops have them: names, e-mail addresses, phone numbers and cards in turn. */
const FORMS: readonly ((number: number) => string)[] = [
  (number) => `Ann-${number} Zyxgrensson`,
  (number) => `ann.${number}@planted-mail.example`,
  (number) => `+49 171 5550777${two(number)}`,
  cardOf,
];
const personal = (number: number, turn = number): string => FORMS[turn % FORMS.length]?.(number) ?? '';

/** The id that the shop gives to a user of the simulation, such as `u0017`. */
export const shopIdOf = (user: string): string => personal(Number(user.slice(1)));

const shop = plantShop(3, { users: USERS, products: 60 });
export const shopUsers: readonly string[] = shop.users.map(({ id }: ShopUser) => shopIdOf(id));

interface PersonalRecord {
  readonly key: string;
  readonly value: Buffer | null;
  readonly timestampMs: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Fields that no sale has. */
const UNKNOWN = JSON.stringify({
  city: 'Qvosterhavn',
  age: 'fourscore-and-17',
  contact: { 'Ann Zyxgrensson': ['ann@planted-mail.example', '+49 171 555077700', cardOf(0)] },
}).slice(0, -1);

/**
 * The sales of a small simulated shop, one in a hundred of them broken, with personal data in the ids of users and orders, in the
 * ids of sales, in keys, headers and unknown fields. Every tenth sale is repeated at another address.
 *
 * @param count Number of records without the repeated ones.
 */
export function* personalRecords(count: number): Generator<PersonalRecord> {
  let made = 0;
  for (const { key, value, timestampMs } of simulate({
    shop,
    seed: 1,
    count,
    endMs: SIMULATION_END_MS,
    days: 30,
  })) {
    made += 1;
    const record = {
      key: `${shopIdOf(key ?? '')} of Qvosterhavn`,
      value: value && withPersonal(value, made),
      timestampMs,
      headers: {
        id: `${personal(made, made >> 2)} sale ${made}`,
        trace: 'Ann Zyxgrensson, fourscore-and-17, Qvosterhavn',
        'ann@planted-mail.example': cardOf(1),
      },
    };
    yield record;
    if (made % 10 === 0) yield record;
  }
}

/** Text that is no JSON gets the same texts; bytes that are no text stay. */
function withPersonal(value: Buffer, number: number): Buffer {
  const text = value.toString();
  if (!text.includes('userId') && !text.includes('productId')) return value;
  return Buffer.from(
    text
      .replaceAll(/"(u\d{4})"/g, (_, user: string) => JSON.stringify(shopIdOf(user)))
      .replace(/"o\d+-(\d+)"/, (_, order: string) =>
        JSON.stringify(`${personal(Number(order))} order ${order}`),
      )
      .replace(/"productName":"([^"]*)"/, (_, name: string) => `"productName":"${name}${spoken(number)}"`)
      .replace(/^(\[?)\{/, `$1${UNKNOWN},`),
  );
}

/** Now and then, somebody writes a number or an address into the name of a product. */
const spoken = (number: number): string =>
  number % 7 === 0 ? ` for ${personal(number, 1 + ((number / 7) % 3))}` : '';

/** Puts the records on the topic, with their headers. @returns Their number. */
export async function sendPersonal(
  { bootstrap, topic }: Pick<Pipeline, 'bootstrap' | 'topic'>,
  records: Iterable<PersonalRecord>,
): Promise<number> {
  const producer = kafkaClient(bootstrap).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    const messages = [...records].map(({ key, value, timestampMs, headers }) => ({
      ...{ key, value, headers },
      ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
    }));
    for (let at = 0; at < messages.length; at += 1000)
      await producer.send({ topic, messages: messages.slice(at, at + 1000) });
    return messages.length;
  } finally {
    await producer.disconnect();
  }
}

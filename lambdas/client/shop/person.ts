/** A product in the basket of an anonymous visitor. The same product twice is two lines. */
export interface BasketLine {
  readonly product: string;
  readonly name: string | undefined;
}

/** The person for whom the page shops. */
export type Person =
  /** Somebody with an id: sales go to the topic. */
  | { readonly kind: 'known' | 'new'; readonly user: string }
  /** Somebody without an id: the basket is in this page and nowhere else. */
  | { readonly kind: 'anonymous'; readonly basket: readonly BasketLine[] };

export type PersonKind = Person['kind'];

/** Without letters and digits that look alike. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * Makes the id of a new user.
 *
 * @param random Bytes, at least 8; the same bytes make the same id.
 * @example newUserId(new Uint8Array(8)) // 'new-aaaaaaaa'
 */
export const newUserId = (random: Uint8Array): string =>
  `new-${[...random.slice(0, 8)].map((byte) => LETTERS[byte % LETTERS.length]).join('')}`;

/** Makes an id for a sale: 16 random bytes in hexadecimal digits. */
export const newSaleId = (random: Uint8Array): string =>
  `shop-${[...random.slice(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

export const randomBytes = (count: number): Uint8Array<ArrayBuffer> =>
  crypto.getRandomValues(new Uint8Array(count));

/** Returns the person in words: who bought something. */
export const personName = (person: Person): string =>
  person.kind === 'anonymous' ? 'The anonymous visitor' : person.user;

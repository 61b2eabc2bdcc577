import { endOfCard, isCardNumber } from './card-number.ts';
import { isDigit, readNumber } from './digit-groups.ts';
import { findEmails } from './email-address.ts';
import { endOfPhone } from './phone-number.ts';

/** The kinds of personal data that are recognised by their form, with the words for them in reasons and reports. */
export const PERSONAL_KINDS = {
  email: 'an e-mail address',
  phone: 'a phone number',
  card: 'a card number',
} as const;
export type PersonalKind = keyof typeof PERSONAL_KINDS;

/** A part of a text that looks personal. */
export interface PersonalPart {
  readonly kind: PersonalKind;
  /** Offsets of its first UTF-16 code unit and after its last one. */
  readonly start: number;
  readonly end: number;
}

/**
 * Whom or what a text names. Ids and names of products contain numbers that people have not, such as EANs; so fewer of them count.
 * What looks personal for a product does so for a person, too.
 */
export type Subject = 'person' | 'product';

/** Fewest digits of a phone number. */
const LEAST_DIGITS = 8;

/**
 * Finds the parts of a text that look like an e-mail address, a phone number or a card number. Takes linear time.
 *
 * It knows forms, not people: names, addresses and dates of birth have none. See `docs/privacy.md` for the forms, and for how often
 * ids have them by chance.
 *
 * @returns In order; parts do not overlap.
 *
 * @example findPersonal('ann@mail.test', 'person') // [{ kind: 'email', start: 0, end: 13 }]
 * @example findPersonal('12-pack 10x15 cm', 'product') // []
 */
export function findPersonal(text: string, subject: Subject): PersonalPart[] {
  const { mayHaveEmail, mayHaveNumber, mayHaveOthers, isNumber } = lookAt(text);
  // The usual id needs no search.
  if (isNumber && !text.startsWith('00'))
    return isCardNumber(text, subject === 'product') ? [{ kind: 'card', start: 0, end: text.length }] : [];
  const emails = mayHaveEmail ? findEmails(text).map((span) => ({ kind: 'email' as const, ...span })) : [];
  if (!mayHaveNumber) return emails;
  const numbers = findNumbers(mayHaveOthers ? withoutOthers(text) : text, subject === 'product');
  return emails.length === 0 ? numbers : merged([...emails, ...numbers].sort((a, b) => a.start - b.start));
}

/** Returns the kind of the first part of a text that looks personal; undefined if there is none. */
export const personalKind = (text: string, subject: Subject): PersonalKind | undefined =>
  findPersonal(text, subject)[0]?.kind;

/** Finds out what a text may have. Most ids and names have neither enough digits nor an at sign, and need no further look. */
function lookAt(text: string) {
  let digits = 0;
  let [mayHaveEmail, mayHaveOthers] = [false, false];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) digits += 1;
    // The at sign is also written as %40 and \u0040.
    else if (code === 64 || code === 37 || code === 0xff20) mayHaveEmail = true;
    else if (code === 45) mayHaveOthers = true;
    else if (code === 92) [mayHaveEmail, mayHaveOthers] = [true, true];
  }
  const isNumber = digits === text.length;
  return { mayHaveEmail, mayHaveNumber: digits >= LEAST_DIGITS, mayHaveOthers, isNumber };
}

/** The groups of a UUID may look like a number, and escapes of JSON have digits and letters that belong to no number. */
const OTHERS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\\(?:u[0-9a-f]{4}|[bfnrt])/gi;
/** A mark of the same length keeps all offsets. */
const withoutOthers = (text: string): string => text.replaceAll(OTHERS, (part) => '~'.repeat(part.length));

function findNumbers(text: string, isProduct: boolean): PersonalPart[] {
  const parts: PersonalPart[] = [];
  let at = 0;
  while (at < text.length) {
    if (!isDigit(text, at)) {
      at += 1;
      continue;
    }
    const part = numberAt(text, at, isProduct);
    if (part) parts.push(part);
    if (part) at = part.end;
    else while (isDigit(text, at)) at += 1;
  }
  return parts;
}

function numberAt(text: string, at: number, isProduct: boolean): PersonalPart | undefined {
  const number = readNumber(text, at);
  if (!number) return undefined;
  const card = endOfCard(text, number, isProduct);
  if (card !== undefined) return { kind: 'card', start: number.start, end: card };
  const phone = endOfPhone(text, number, isProduct);
  return phone === undefined ? undefined : { kind: 'phone', start: number.start, end: phone };
}

/** Joins parts that overlap, such as digits that begin the name before an at sign. */
function merged(parts: readonly PersonalPart[]): PersonalPart[] {
  const joined: PersonalPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last && part.start < last.end)
      joined[joined.length - 1] = { ...last, end: Math.max(last.end, part.end) };
    else joined.push(part);
  }
  return joined;
}

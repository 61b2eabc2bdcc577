import { endsNumber, joined, MOST_DIGITS, type WrittenNumber } from './digit-groups.ts';

/** Shortest card number, in digits; the longest has 19. */
const LEAST_DIGITS = 13;
/** The groups of a card number that is not written in one: four times four, 4-6-5 or 4-6-4, and the rest of longer ones. */
const GROUP = /^\d{3,6}$/;
/** The separators between these groups. */
const SEPARATOR = /^[ \-\u00a0\u202f\u2010-\u2013]$/;

/**
 * The numbers that card networks issue, by first digits and length. Without them every tenth number of 13 to 19 digits would be a
 * card number, among them times in microseconds (1…), dates (20…) and ids that contain a time (1…).
 *
 * https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)
 */
const ISSUED = [
  /** Visa. */
  /^4(?:\d{12}|\d{15}|\d{18})$/,
  /** Mastercard. */
  /^(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/,
  /** American Express. */
  /^3[47]\d{13}$/,
  /** Diners Club. */
  /^3(?:0[0-5]|[689]\d)\d{11}$/,
  /** JCB. */
  /^35(?:2[89]|[3-8]\d)\d{12}$/,
  /** Discover, RuPay and others of 60, 64 and 65. */
  /^6(?:0|4[4-9]|5)\d*$/,
  /** UnionPay. */
  /^62\d{14,17}$/,
  /** Maestro, Verve, and RuPay of 508. */
  /^(?:5018|5020|5038|506[01]|508\d|5893|6304|6759|676[1-3])\d{9,15}$/,
  /** Mir and Troy. */
  /^(?:220[0-4]|9792)\d{12,15}$/,
] as const;
/** The networks of 60, 64 and 65 issue these lengths. */
const ISSUED_BY_SIX = [16, 19];

/**
 * Finds a card number of 13 to 19 digits: the first digits and the length of a network, and the right check digit by Luhn. It is
 * written in one, or in groups of three to six digits with a blank or a hyphen between them.
 *
 * @param isProduct A number of a product is not a card number if its check digit is that of a GTIN (EAN-13, ISBN-13, GTIN-14).
 * @returns The offset after its last digit; undefined if there is none at this place.
 */
export function endOfCard(text: string, number: WrittenNumber, isProduct: boolean): number | undefined {
  if (number.opening.startsWith('+')) return undefined;
  const { groups } = number;
  for (let last = lastOfCard(number); last >= 0; last--) {
    const digits = joined(groups, last);
    if (digits.length < LEAST_DIGITS) return undefined;
    if (endsNumber(text, number, last) && isCardNumber(digits, isProduct)) return groups[last]?.end;
  }
  return undefined;
}

/** Returns the index of the last group that may belong to a card number. In groups it does not follow letters, as parts of UUIDs do. */
function lastOfCard({ groups, followsLetters }: WrittenNumber): number {
  if (followsLetters || !GROUP.test(groups[0]?.digits ?? '')) return 0;
  const end = groups.findIndex(
    ({ digits, separator }, index) => index > 0 && !(GROUP.test(digits) && SEPARATOR.test(separator)),
  );
  return (end === -1 ? groups.length : end) - 1;
}

/** @param digits Any number of digits, without separators. */
export function isCardNumber(digits: string, isProduct: boolean): boolean {
  if (digits.length < LEAST_DIGITS || digits.length > MOST_DIGITS) return false;
  if (!hasLuhnDigit(digits) || !ISSUED.some((issued) => issued.test(digits))) return false;
  if (/^6(?:0|4|5)/.test(digits) && !ISSUED_BY_SIX.includes(digits.length)) return false;
  return !(isProduct && isGtin(digits));
}

/**
 * Returns whether the last digit is the check digit of ISO/IEC 7812-1: from the right, every second digit counts twice, as the sum
 * of its digits, and all of them add up to a multiple of ten.
 *
 * @example hasLuhnDigit('4111111111111111') // true
 */
export function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const counted = index % 2 === 0 ? digit : 2 * digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}

/**
 * Returns whether digits are a number of the GS1 system of 13 or 14 digits: from the right, the digits before the check digit count
 * three times and once in turn.
 *
 * @example isGtin('4006381333931') // true
 */
export function isGtin(digits: string): boolean {
  if (digits.length !== 13 && digits.length !== 14) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++)
    sum += (digits.charCodeAt(digits.length - 1 - index) - 48) * (index % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

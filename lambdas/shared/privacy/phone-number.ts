import { type DigitGroup, endsNumber, joined, type WrittenNumber } from './digit-groups.ts';

/** Fewest and most digits of a number with its calling code. E.164 allows 15. */
const INTERNATIONAL = { least: 8, most: 15 };
/** Fewest and most digits after 00, if nothing separates them: ids that are padded with zeros begin in the same way. */
const UNSEPARATED = { least: 10, most: 13 };
/** Fewest and most digits of a number that begins with the 0 of long-distance calls. */
const NATIONAL = { least: 9, most: 11 };
/** Fewest and most digits of a number whose area code is in brackets. */
const BRACKETED = { least: 9, most: 12 };

/** The calling codes of countries by ITU-T E.164: 1, 7, those of two digits, and the groups of those of three. */
const CODE =
  '1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|(?:2[1-69]|3[578]|42|5[09]|6[7-9]|8[0578]|9[679])\\d';
const CODE_ALONE = new RegExp(`^(?:${CODE})$`);
const WITH_CODE = new RegExp(`^(?:${CODE})`);
/** After 1 and 7, ten digits follow. In North America (1) no area code begins with 0 or 1. */
const OTHER_LENGTH = /^(?:1(?![2-9]\d{9}$)|7(?!\d{10}$))/;
/** An area code in brackets: with the 0 of long-distance calls, or of two or three digits. */
const AREA_IN_BRACKETS = /^(?:0\d{1,4}|[1-9]\d{1,2})$/;
/** The first group of a national number: the area code with its 0. */
const AREA = /^0[1-9]\d{0,3}$/;
const DATE = /^\d\d[-./]\d\d[-./](?:19|20)\d\d/;

/**
 * Finds a phone number by its writing. Digits alone are an id, however many there are; a phone number is one of these:
 *
 * - with its calling code after a plus sign or 00: `+49 171 1234567`, `0049 171 1234567`
 * - with the 0 of long-distance calls, in groups: `0171 1234567`, `06 12 34 56 78`
 * - with its area code in brackets: `(415) 555-2671`
 * - in the groups of North America (3-3-4, also after a 1) or of Chinese mobile phones (3-4-4): `415-555-2671`, `138 1234 5678`
 *
 * This is stricter than the lengths alone ("possible" in libphonenumber), and needs no numbering plans ("valid"), by which one
 * ten-digit id in several would be a phone number.
 *
 * @param isProduct Then digits after 00 need separators, because numbers of products are padded with zeros.
 * @returns The offset after its last digit; undefined if there is none at this place.
 */
export function endOfPhone(text: string, number: WrittenNumber, isProduct: boolean): number | undefined {
  const { groups, opening, followsLetters } = number;
  if (followsLetters && !opening.startsWith('+')) return undefined;
  const writing = writingOf(number, isProduct);
  if (
    writing === undefined ||
    (writing === isNational && DATE.test(text.slice(number.start, number.start + 10)))
  )
    return undefined;
  for (let last = groups.length - 1; last >= 0; last--)
    if (endsNumber(text, number, last) && writing(joined(groups, last), groups, last))
      return groups[last]?.end;
  return undefined;
}

/** Returns whether the groups up to the one of index `last`, and their digits, are a phone number of one kind of writing. */
type Writing = (digits: string, groups: readonly DigitGroup[], last: number) => boolean;

/** Returns how a number is written, by what it begins with; undefined if no phone number begins like this. */
function writingOf({ opening, groups }: WrittenNumber, isProduct: boolean): Writing | undefined {
  const [first = '', second = ''] = groups.map(({ digits }) => digits);
  if (opening.startsWith('+')) return isInternational;
  if (opening === '(') return AREA_IN_BRACKETS.test(first) ? isBracketed : undefined;
  if (first.startsWith('00')) {
    if (CODE_ALONE.test(first === '00' ? second : first.slice(2))) return isAfterZeros;
    return isProduct ? undefined : isUnseparated;
  }
  if (AREA.test(first)) return isNational;
  return KNOWN_FIRST.test(first) ? isInKnownGroups : undefined;
}

const isWithin = ({ length }: string, { least, most }: { least: number; most: number }): boolean =>
  length >= least && length <= most;
const hasCode = (digits: string): boolean => WITH_CODE.test(digits) && !OTHER_LENGTH.test(digits);

const isInternational: Writing = (digits) => isWithin(digits, INTERNATIONAL) && hasCode(digits);
const isAfterZeros: Writing = (digits) => isInternational(digits.slice(2), [], 0);
const isUnseparated: Writing = (digits, _, last) =>
  last === 0 && isWithin(digits.slice(2), UNSEPARATED) && hasCode(digits.slice(2));
const isBracketed: Writing = (digits, _, last) => last > 0 && isWithin(digits, BRACKETED);
const isNational: Writing = (digits, _, last) => last > 0 && isWithin(digits, NATIONAL);

const KNOWN_FIRST = /^(?:1|[2-9]\d\d|1[3-9]\d)$/;
const NORTH_AMERICA = /^(?:1 )?[2-9]\d\d \d{3} \d{4}$/;
const CHINESE_MOBILE = /^1[3-9]\d \d{4} \d{4}$/;

const isInKnownGroups: Writing = (_, groups, last) => {
  const written = groups
    .slice(0, last + 1)
    .map((group) => group.digits)
    .join(' ');
  return NORTH_AMERICA.test(written) || CHINESE_MOBILE.test(written);
};

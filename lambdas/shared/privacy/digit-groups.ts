/** Consecutive digits of a text, with the separators before them. */
export interface DigitGroup {
  readonly digits: string;
  /** Offset after the last digit. */
  readonly end: number;
  /** One to three separators between this group and the one before; empty for the first group. */
  readonly separator: string;
}

/** A number that somebody wrote in groups of digits. */
export interface WrittenNumber {
  /** Offset of its first digit, or of the sign or bracket before it. */
  readonly start: number;
  /** The plus sign or the opening bracket before its first digit; empty if there is neither. */
  readonly opening: '' | '+' | '(' | '+(';
  /** At least one; neighbours that are separated by at most three separators. More may follow. */
  readonly groups: readonly DigitGroup[];
  /** True if there are letters directly before it, as in `card4111111111111111`. */
  readonly followsLetters: boolean;
}

/** The longest number that is of interest is a card number. */
export const MOST_DIGITS = 19;
const MOST_GROUPS = 8;
const MOST_SEPARATORS = 3;
/** Letters that may precede a number without a blank, such as `tel` or `card`. */
const MOST_LETTERS = 16;
/** Hyphens and blanks have several forms: U+2010 to U+2013, U+00A0 and U+202F. */
const SEPARATORS = ' -./()\u00a0\u202f\u2010\u2011\u2012\u2013';
const BLANKS = ' \t\u00a0\u202f(';

/**
 * Reads a number from its first digit on. It reads a bounded number of characters, so that a search through a text takes linear
 * time.
 *
 * @param at Offset of a digit that has no digit before it.
 * @returns undefined if a number cannot start here: the digits belong to a word, such as a hash, or continue a number that is
 *   written with hyphens or dots.
 */
export function readNumber(text: string, at: number): WrittenNumber | undefined {
  const opening = openingBefore(text, at);
  const start = at - opening.length;
  if (!startsNumber(text, start, opening.startsWith('+'))) return undefined;
  const followsLetters = isLetter(text, start - 1);
  const groups: DigitGroup[] = [];
  let [from, separator, count] = [at, '', 0];
  while (groups.length < MOST_GROUPS) {
    const end = endOfDigits(text, from, MOST_DIGITS + 1);
    count += end - from;
    if (end === from || count > MOST_DIGITS) break;
    groups.push({ digits: text.slice(from, end), end, separator });
    separator = separatorsAt(text, end);
    if (separator === '') break;
    from = end + separator.length;
  }
  return groups.length === 0 ? undefined : { start, opening, groups, followsLetters };
}

/** Returns whether a number may end after its group `index`: no letter follows, and it does not continue after a hyphen or dot. */
export function endsNumber(text: string, { groups }: WrittenNumber, index: number): boolean {
  const end = groups[index]?.end ?? 0;
  if (isDigit(text, end) || isLetter(text, end)) return false;
  const next = text[end] ?? '';
  return !('-./'.includes(next) && next !== '' && isDigit(text, end + 1));
}

/** Returns the digits of the groups up to the one of index `last`. */
export function joined(groups: readonly DigitGroup[], last: number): string {
  let digits = '';
  for (let index = 0; index <= last; index++) digits += groups[index]?.digits ?? '';
  return digits;
}

export const isDigit = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
};

/** Only ASCII letters: other scripts put digits beside their letters. */
const isLetter = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at) | 32;
  return code >= 97 && code <= 122;
};

/** Returns the offset after the digits, but at most `most` digits further. */
export function endOfDigits(text: string, from: number, most: number): number {
  let end = from;
  while (end < from + most && isDigit(text, end)) end += 1;
  return end;
}

function openingBefore(text: string, at: number): WrittenNumber['opening'] {
  if (text[at - 1] === '+') return '+';
  // A bracket counts if it closes after the first digits.
  if (text[at - 1] !== '(' || text[endOfDigits(text, at, MOST_DIGITS)] !== ')') return '';
  return text[at - 2] === '+' ? '+(' : '(';
}

function startsNumber(text: string, start: number, hasPlus: boolean): boolean {
  const before = start - 1;
  if (hasPlus) return true;
  if (isDigit(text, before)) return false;
  if (isLetter(text, before)) {
    let first = before;
    while (first > before - MOST_LETTERS && isLetter(text, first - 1)) first -= 1;
    return !isLetter(text, first - 1) && !isDigit(text, first - 1);
  }
  const previous = text[before] ?? '';
  const continues = SEPARATORS.includes(previous) && !BLANKS.includes(previous) && isDigit(text, before - 1);
  return previous === '' || !continues;
}

function separatorsAt(text: string, from: number): string {
  let end = from;
  while (end - from <= MOST_SEPARATORS && end < text.length && SEPARATORS.includes(text[end] ?? '')) end += 1;
  const count = end - from;
  return count > MOST_SEPARATORS || !isDigit(text, end) ? '' : text.slice(from, end);
}

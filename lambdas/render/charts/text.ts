import { withoutBidi } from '../../shared/bidi.ts';

/** Text as pictures have it: cut, wrapped, counted and measured without a browser. */

/** What XML has not, not even escaped: one such character in a name, and the picture cannot be drawn. */
const NOT_IN_XML = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

/** The text on one line, with a sign in place of what XML has not and of what turns the direction of a line. */
export const inXml = (text: string): string =>
  withoutBidi(text).replace(/\s/g, ' ').replace(NOT_IN_XML, '\ufffd');

/**
 * A name as pictures show it: on one line (a line separator would end a string in an expression of Vega), without what
 * XML has not, and cut; users see the whole of it in the tables.
 */
export const shortened = (text: string, length = 28): string => {
  const letters = [...inXml(text).trim()];
  return letters.length <= length
    ? letters.join('')
    : `${letters
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`;
};

/** 1234567 → 1,234,567 */
export const grouped = (count: number): string => count.toLocaleString('en-US');

/** @example counted(1, 'sale') // '1 sale' */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(count)} ${count === 1 ? noun : plural}`;

/** 0.4 → 40 %, 0.0123 → 1.2 %, 0.999 → 99.9 %: two digits that say something, and 100 % only of all. */
export const percent = (share: number): string => {
  const hundred = 100 * share;
  if (hundred > 99 && hundred < 100) return `${Math.min(99.9, hundred).toFixed(1)} %`;
  const digits = Math.abs(hundred) < 10 && !Number.isInteger(hundred) ? 1 : 0;
  return `${hundred.toFixed(digits)} %`;
};

/** A day, UTC: 2026-06-30. */
export const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/**
 * Widths of the letters U+0020 to U+007E in hundredths of the font size, from the tables of DejaVu Sans 2.37. Other
 * families that a browser may take instead are narrower.
 */
const WIDTHS = {
  normal: [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63,
    61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97,
    63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
  ],
  bold: [
    35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 52, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70,
    40, 40, 84, 84, 84, 58, 100, 77, 76, 73, 83, 68, 68, 82, 84, 37, 37, 77, 64, 100, 84, 85, 73, 85, 77, 72,
    68, 81, 77, 110, 77, 72, 73, 46, 37, 46, 84, 50, 50, 67, 72, 59, 72, 68, 44, 72, 71, 34, 34, 67, 34, 104,
    71, 69, 72, 72, 49, 60, 48, 71, 65, 92, 65, 65, 58, 71, 37, 71, 84,
  ],
} as const;
const OTHER_WIDTH = { latin: 70, wide: 105 } as const;

export type Weight = keyof typeof WIDTHS;

/** How wide a text is, in the unit of the font size. */
export function widthOf(text: string, fontSize: number, weight: Weight = 'normal'): number {
  let hundredths = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    hundredths += WIDTHS[weight][code - 32] ?? (code < 0x2e80 ? OTHER_WIDTH.latin : OTHER_WIDTH.wide);
  }
  return (hundredths * fontSize) / 100;
}

/** Breaks a text between words into lines that are no wider than `width`; a single word may be. */
export function wrapped(text: string, width: number, fontSize: number, weight: Weight = 'normal'): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && widthOf(longer, fontSize, weight) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A name that is no wider than `width`. */
export function fitted(text: string, width: number, fontSize: number, weight: Weight = 'normal'): string {
  const whole = shortened(text, 80);
  let length = [...whole].length;
  let cut = whole;
  while (length > 1 && widthOf(cut, fontSize, weight) > width) cut = shortened(whole, --length);
  return cut;
}

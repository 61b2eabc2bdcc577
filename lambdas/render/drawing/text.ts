import { withoutBidi } from '../../shared/web/bidi.ts';
import { letters, shortened } from '../../shared/web/text.ts';
import { letterWidth, type Weight } from './letters.ts';

/** Text in pictures: shortened, wrapped and measured without a browser. */

/** Characters that XML does not allow, not even escaped. With one of them in a name the picture could not be drawn. */
const NOT_IN_XML = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

/** Marks that are stacked on one letter: more than these would cover the lines above and below. */
const STACKED = /(\p{M}{4})\p{M}+/gu;
/** Code points of a letter; no letter that people write has more, and nothing could shorten a longer one. */
const MAX_POINTS = 12;

const limited = (letter: string): string =>
  letter.length <= MAX_POINTS ? letter : [...letter].slice(0, MAX_POINTS).join('');

/**
 * Puts a text on one line. U+FFFD replaces characters that XML does not allow or that change the direction of a line. A letter
 * keeps no more marks than a line has room for.
 */
export function inXml(text: string): string {
  const line = withoutBidi(text).replace(/\s/g, ' ').replace(NOT_IN_XML, '\ufffd').replace(STACKED, '$1');
  return line.length <= MAX_POINTS ? line : Array.from(letters(line), limited).join('');
}

/**
 * Shortens a name for a picture; the tables of the page show the whole name. It is on one line, because a line
 * separator would end a string in an expression of Vega.
 *
 * @param most The largest number of letters.
 */
export const shortName = (text: string, most = 28): string => shortened(inXml(text).trim(), most);

/** Formats a day in UTC: 2026-06-30. */
export const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Returns the width of a text, in the unit of the font size. */
export function widthOf(text: string, fontSize: number, weight: Weight = 'normal'): number {
  let hundredths = 0;
  for (const letter of text) hundredths += letterWidth(letter, weight);
  return (hundredths * fontSize) / 100;
}

/** Breaks a text into lines that are no wider than `width`: between words, and within a word that is wider than a line. */
export function wrapped(text: string, width: number, fontSize: number, weight: Weight = 'normal'): string[] {
  const fits = (line: string): boolean => widthOf(line, fontSize, weight) <= width;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(...(fits(word) ? [word] : broken(word, fits)));
  }
  return lines;
}

/** Breaks a word into pieces that are as long as fits, each of at least one letter. */
function broken(word: string, fits: (piece: string) => boolean): string[] {
  const pieces: string[] = [];
  for (const letter of letters(word)) {
    const longer = `${pieces.at(-1) ?? ''}${letter}`;
    if (pieces.length > 0 && fits(longer)) pieces[pieces.length - 1] = longer;
    else pieces.push(letter);
  }
  return pieces;
}

/** Shortens a name until it is no wider than `width`, in the unit of the font size. */
export function fitted(text: string, width: number, fontSize: number, weight: Weight = 'normal'): string {
  const whole = shortName(text, 80);
  let length = [...letters(whole)].length;
  let shown = whole;
  while (length > 1 && widthOf(shown, fontSize, weight) > width) shown = shortName(whole, --length);
  return shown;
}

import { withoutBidi } from '../../shared/web/bidi.ts';
import { shortened as cut, letters } from '../../shared/web/text.ts';
import { letterWidth, type Weight } from './letters.ts';

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
export const shortened = (text: string, length = 28): string => cut(inXml(text).trim(), length);

/** A day, UTC: 2026-06-30. */
export const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** How wide a text is, in the unit of the font size. */
export function widthOf(text: string, fontSize: number, weight: Weight = 'normal'): number {
  let hundredths = 0;
  for (const letter of text) hundredths += letterWidth(letter, weight);
  return (hundredths * fontSize) / 100;
}

/** Breaks a text between words into lines that are no wider than `width`; within a word only where that alone is wider. */
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

/** A word in pieces of at least one letter, each as long as it fits. */
function broken(word: string, fits: (piece: string) => boolean): string[] {
  const pieces: string[] = [];
  for (const letter of letters(word)) {
    const longer = `${pieces.at(-1) ?? ''}${letter}`;
    if (pieces.length > 0 && fits(longer)) pieces[pieces.length - 1] = longer;
    else pieces.push(letter);
  }
  return pieces;
}

/** A name that is no wider than `width`. */
export function fitted(text: string, width: number, fontSize: number, weight: Weight = 'normal'): string {
  const whole = shortened(text, 80);
  let length = [...letters(whole)].length;
  let shown = whole;
  while (length > 1 && widthOf(shown, fontSize, weight) > width) shown = shortened(whole, --length);
  return shown;
}

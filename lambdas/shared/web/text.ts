/** Created on first use, because it takes 7 ms, which every cold start would pay. */
let graphemes: Intl.Segmenter | undefined;

/**
 * Splits a text into letters as a reader counts them. One letter may be several code points: a letter with an accent, a
 * flag, a family of four.
 *
 * @example [...letters('né')] // ['n', 'é']
 */
export function* letters(text: string): Generator<string> {
  graphemes ??= new Intl.Segmenter('en');
  for (const { segment } of graphemes.segment(text)) yield segment;
}

/**
 * Shortens a text: cuts it between two letters and adds an ellipsis. Works in browsers and in Node.
 *
 * @param most The largest number of letters of the result, with the ellipsis; at least 1.
 * @returns The text itself if it is short enough. The ellipsis follows neither a space nor punctuation.
 * @example shortened('Blue lamp', 6) // 'Blue…'
 */
export function shortened(text: string, most: number): string {
  // A letter has at least one UTF-16 code unit.
  if (text.length <= most) return text;
  const kept: string[] = [];
  for (const letter of letters(text)) {
    if (kept.length < most) kept.push(letter);
    else
      return `${kept
        .slice(0, most - 1)
        .join('')
        .replace(/[\s.,;:]+$/, '')}…`;
  }
  return text;
}

/** Created on first use, because it takes 7 ms, which every cold start would pay. */
let graphemes: Intl.Segmenter | undefined;

/**
 * The letters of a text as a reader counts them, in order. One letter may be several code points: an accent, a flag, a
 * family of four.
 *
 * @example [...letters('né')] // ['n', 'é']
 */
export function* letters(text: string): Generator<string> {
  graphemes ??= new Intl.Segmenter('en');
  for (const { segment } of graphemes.segment(text)) yield segment;
}

/**
 * Cuts a text between letters, and puts an ellipsis after what is left of it. Works in browsers and in Node.
 *
 * @param most Letters of the answer at most, the ellipsis included; at least 1.
 * @returns The text itself if it is short enough; no space or punctuation before the ellipsis.
 * @example shortened('Blue lamp', 6) // 'Blue…'
 */
export function shortened(text: string, most: number): string {
  // A letter has one UTF-16 code unit or more.
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

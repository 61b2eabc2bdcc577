import { letters } from '../../lambdas/shared/web/text.ts';
import { forTerminal } from './terminal.ts';

/** In characters: two names must fit next to each other in a report. */
const MAX_SHOWN = 44;

/** Of a sentence that has a line of its own, or several, in characters. */
export const MAX_SENTENCE = 1000;

/** Makes text from data safe for one line of a terminal: shortened, and without control characters. */
export function printable(text: string, maxLength = MAX_SHOWN): string {
  const line = forTerminal(text).replaceAll(/[\s\p{Z}]/gu, ' ');
  if (line.length <= maxLength) return line;
  let kept = '';
  for (const letter of letters(line)) {
    if (kept.length + letter.length > maxLength - 1) break;
    kept += letter;
  }
  return `${kept}…`;
}

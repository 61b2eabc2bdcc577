import { letters } from '../../lambdas/shared/web/text.ts';
import { forTerminal } from './terminal.ts';

/** Two names stand side by side in a report. */
const MAX_SHOWN = 44;

/** Text from data, for one line of a terminal: cut, and without what would steer it. */
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

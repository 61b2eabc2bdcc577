import { forTerminal } from './terminal.ts';

/** Two names stand side by side in a report. */
const MAX_SHOWN = 44;

/** Text from data, for one line of a terminal: cut, and without what would steer it. */
export function printable(text: string, maxLength = MAX_SHOWN): string {
  const line = forTerminal(text).replaceAll(/[\s\p{Z}]/gu, ' ');
  // A cut may fall between the halves of a character.
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

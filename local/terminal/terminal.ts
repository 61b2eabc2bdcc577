import { stripVTControlCharacters } from 'node:util';

/** Text that may hold what others wrote, without what would steer the terminal; lines and tabs stay. */
export const forTerminal = (text: string): string =>
  stripVTControlCharacters(text).replaceAll(/[^\P{C}\n\t]/gu, '\ufffd');

import { stripVTControlCharacters } from 'node:util';

/** Removes control characters, which could change the terminal, from text that others wrote. Newlines and tabs stay. */
export const forTerminal = (text: string): string =>
  stripVTControlCharacters(text).replaceAll(/[^\P{C}\n\t]/gu, '\ufffd');

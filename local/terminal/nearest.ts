import { closest } from 'fastest-levenshtein';

/** The word that was probably meant. */
export const nearest = (word: string, words: readonly string[]): string =>
  words.length === 0 ? 'nothing' : closest(word, [...words]);

import { closest } from 'fastest-levenshtein';

/**
 * Finds the word that was probably meant.
 *
 * @returns The word with the smallest edit distance; `nothing` if there are no words.
 */
export const nearest = (word: string, words: readonly string[]): string =>
  words.length === 0 ? 'nothing' : closest(word, [...words]);

const MAX_WORDS = 5;

/**
 * Splits a text into the words that are searched: in lower case, without accents, and without characters that are neither
 * letters nor digits. `SearchKeys.scala` of the Spark job follows the same rule; test/fixtures/search-keys.json tests both.
 *
 * @returns The words in order; empty if the text has neither letter nor digit.
 * @example words(' Café-Crème!') // ['cafe', 'creme']
 */
export const words = (text: string): string[] =>
  text
    .replace(/[™®©℠]/g, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replaceAll('ς', 'σ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/**
 * Returns the key that finds these words in the table of names: the first five of them. The Spark job writes one such key
 * for each word of a name, made of that word and those after it.
 */
export const searchKey = (nameWords: readonly string[]): string => nameWords.slice(0, MAX_WORDS).join(' ');

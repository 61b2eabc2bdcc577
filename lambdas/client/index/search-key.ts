const WORDS = 5;

/**
 * What a text is searched by: its first words, whatever their case and accents; the rule of the Spark job's
 * `SearchKeys.scala`, which makes such keys from each word of a product's name on.
 *
 * @returns empty if there is neither letter nor digit in the text
 * @example searchKey(' Café-Crème!') // 'cafe creme'
 */
export const searchKey = (text: string): string => words(text).slice(0, WORDS).join(' ');

/** All words, so that whole names can be told apart. */
export const words = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{Mn}+/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

const WORDS = 5;

/**
 * The words of a text, as they are searched: whatever their case and accents, without what is neither letter nor digit. The
 * rule of the Spark job's `SearchKeys.scala`; test/fixtures/search-keys.json holds both to it.
 *
 * @returns empty if there is neither letter nor digit in the text
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

/** What words are searched by: the first five. The Spark job makes such a key from each word of a name on. */
export const searchKey = (of: readonly string[]): string => of.slice(0, WORDS).join(' ');

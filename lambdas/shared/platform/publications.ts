import { PREFIX, parseNumberedKey, publicationKey } from '../contract/keys.ts';
import { Publication } from '../contract/schemas.ts';
import { type Lake, readJson } from './lake.ts';

/**
 * Reads the decisions of publish, newest first, one at a time as the caller asks for them.
 *
 * @param newest The publication to begin with; later ones are skipped.
 */
export async function* readPublications(
  lake: Lake,
  newest = Number.POSITIVE_INFINITY,
): AsyncGenerator<Publication> {
  const numbers: number[] = [];
  for await (const { key } of lake.list(PREFIX.publications)) {
    const number = parseNumberedKey(PREFIX.publications, key);
    if (number !== undefined && number <= newest) numbers.push(number);
  }
  for (const number of numbers.reverse()) {
    const publication = await readJson(lake, publicationKey(number), Publication);
    if (publication) yield publication;
  }
}

/**
 * Reads the decisions of publish into a list, newest first; may be empty.
 *
 * @param newest The publication to begin with; later ones are skipped.
 * @param most Largest number of publications to return.
 */
export async function listPublications(
  lake: Lake,
  { newest, most = Number.POSITIVE_INFINITY }: { readonly newest?: number; readonly most?: number } = {},
): Promise<Publication[]> {
  const publications: Publication[] = [];
  for await (const publication of readPublications(lake, newest)) {
    publications.push(publication);
    if (publications.length >= most) break;
  }
  return publications;
}

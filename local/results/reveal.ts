import { createHash } from 'node:crypto';
import { counted } from '../../lambdas/shared/contract/numbers.ts';
import type { KeyedIds } from '../../lambdas/shared/privacy/person-ids.ts';
import { csvRows } from '../input/csv-rows.ts';

/** A file is read in parts of this size, so that not all its rows are in memory. */
const CHUNK_BYTES = 1024 * 1024;

/** A file whose pseudonyms were replaced, as it is in the export. */
export interface RevealedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Puts ids of the shop in place of pseudonyms. */
export interface Reveal {
  /**
   * Replaces the pseudonyms of users in a file of a run by the ids of the list. Pseudonyms of others stay.
   *
   * @param name As in the manifest.
   * @returns undefined for a file in which users are not revealed. They are revealed in the CSV files and the GraphML file of
   *   `docs/files.md`.
   */
  file(name: string, bytes: Uint8Array): Promise<Uint8Array | undefined>;
  /** The files so far. */
  readonly files: readonly RevealedFile[];
  /** Number of users in these files who have the id of the list, and of those whom the list does not have. */
  readonly users: { readonly revealed: number; readonly others: number };
}

/** @param ids The ids of the list that the shop brings, as the shop spells them. */
export function createReveal(ids: Iterable<string>, persons: KeyedIds): Reveal {
  const shopIds = new Map<string, string>();
  for (const id of ids) shopIds.set(persons.stored(id), id);
  const found = new Set<string>();
  const files: RevealedFile[] = [];
  const idOf: IdOf = (pseudonym) => {
    found.add(pseudonym);
    return shopIds.get(pseudonym);
  };
  return {
    async file(name, bytes) {
      const replace = REPLACEMENTS.find(({ pattern }) => pattern.test(name))?.replace;
      if (!replace) return undefined;
      const replaced = await replace(Buffer.from(bytes), idOf);
      const sha256 = createHash('sha256').update(replaced).digest('hex');
      files.push({ name, sizeBytes: replaced.length, sha256 });
      return replaced;
    },
    files,
    get users() {
      const revealed = [...found].filter((pseudonym) => shopIds.has(pseudonym)).length;
      return { revealed, others: found.size - revealed };
    },
  };
}

/** @returns undefined if the list does not have the user. */
type IdOf = (pseudonym: string) => string | undefined;
type Replace = (bytes: Buffer, idOf: IdOf) => Promise<Buffer>;

const REPLACEMENTS: readonly { readonly pattern: RegExp; readonly replace: Replace }[] = [
  {
    pattern: /^recommendations(-\d+)?\.csv$/,
    replace: (bytes, idOf) =>
      eachRow(bytes, ([user = '']) => {
        const id = idOf(user);
        return id === undefined ? undefined : { before: user, after: csvCell(id) };
      }),
  },
  {
    pattern: /^graph\/vertices(-\d+)?\.csv$/,
    replace: (bytes, idOf) =>
      eachRow(bytes, ([vertex = '', kind = '', label = '']) => {
        const id = userOf(vertex, idOf);
        if (id === undefined) return undefined;
        return {
          before: `${vertex},${kind},${label}`,
          after: `${csvCell(`u:${id}`)},${kind},${csvCell(id)}`,
        };
      }),
  },
  {
    pattern: /^graph\/edges(-\d+)?\.csv$/,
    replace: (bytes, idOf) =>
      eachRow(bytes, ([source = '']) => {
        const id = userOf(source, idOf);
        return id === undefined ? undefined : { before: source, after: csvCell(`u:${id}`) };
      }),
  },
  {
    pattern: /^graph\/graph\.graphml$/,
    replace: async (bytes, idOf) => Buffer.from(inGraphMl(bytes.toString('utf8'), idOf), 'utf8'),
  },
];

/** @returns undefined if it is not a user, or the list does not have the user. */
const userOf = (vertex: string, idOf: IdOf): string | undefined =>
  vertex.startsWith('u:') ? idOf(vertex.slice(2)) : undefined;

/** The first cells of a row, as they are in the file, and the cells that replace them. */
interface Replacement {
  readonly before: string;
  readonly after: string;
}

/**
 * Replaces the first cells of rows; pseudonyms are never quoted. The other cells stay as they are, byte by byte.
 *
 * @param replacementOf Called with the cells of each row but the header; undefined keeps the row.
 */
async function eachRow(
  bytes: Buffer,
  replacementOf: (cells: readonly string[]) => Replacement | undefined,
): Promise<Buffer> {
  const lines: string[] = [];
  // The text holds a byte of the file in each character.
  for await (const { cells, raw } of csvRows(chunksOf(bytes), ',')) {
    const replacement = lines.length === 0 || !cells ? undefined : replacementOf(cells);
    lines.push(
      replacement && raw.startsWith(replacement.before)
        ? Buffer.from(replacement.after, 'utf8').toString('latin1') + raw.slice(replacement.before.length)
        : raw,
    );
  }
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

/** @example csvCell('Doe, Jane') // '"Doe, Jane"' */
const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A `<` in a text of the file is escaped, so these patterns match elements only. */
const NODE = /<node id="u:([A-Z2-7]{26})">((?:<data key="\w+">user<\/data>)?<data key="\w+">)\1<\/data>/g;
const EDGE = /<edge source="u:([A-Z2-7]{26})"/g;

const inGraphMl = (text: string, idOf: IdOf): string =>
  text
    .replace(NODE, (whole, pseudonym: string, between: string) => {
      const id = idOf(pseudonym);
      return id === undefined ? whole : `<node id="u:${xml(id)}">${between}${xml(id)}</data>`;
    })
    .replace(EDGE, (whole, pseudonym: string) => {
      const id = idOf(pseudonym);
      return id === undefined ? whole : `<edge source="u:${xml(id)}"`;
    });

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Escapes text for an element or an attribute. A character that XML 1.0 does not allow becomes U+FFFD and its code, as in the file. */
const xml = (text: string): string =>
  text
    .replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character] ?? character)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML does not allow
    .replace(/[\u0000-\u001f\ufffe\uffff]|\p{Cs}/gu, (character) => `\ufffd${hex(character)}`);

const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');

/** Says under which ids an export shows users. @param reveal Undefined if nothing was revealed. */
export function usersInExport(reveal: Pick<Reveal, 'users'> | undefined): string {
  if (!reveal)
    return 'users are exported under pseudonyms; --reveal FILE replaces those of users whom a list has';
  const { revealed, others } = reveal.users;
  return `${counted(revealed, 'user')} revealed in the CSV files and the GraphML file; ${counted(others, 'user')} whom the list does not have, and all in the other files, under pseudonyms`;
}

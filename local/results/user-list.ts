import { readFile } from 'node:fs/promises';
import { csvRows } from '../input/csv-rows.ts';

/** Longest id of a user, in characters, as in the sales. */
export const MAX_ID_LENGTH = 256;
/** Names of the column of users, without regard to case. */
const COLUMNS = ['userid', 'user_id', 'user', 'id'] as const;

/**
 * Reads a list of ids of users: a file `*.csv` with a header and a column `userId`, `user_id`, `user` or `id`; every other file has
 * one id in each line, as it is. Empty lines are left out.
 *
 * @returns At least one id; an id that is listed twice is there twice.
 * @throws {Error} If the file cannot be read, is not UTF-8, has no id or no such column, or one of the ids is too long. The message
 *   names the line, and no id.
 */
export async function readUserList(path: string): Promise<string[]> {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new Error(`Cannot read the list of users ${path}: ${problem}`, { cause });
  };
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) =>
    refuse(REASONS[cause.code ?? ''] ?? cause.message, cause),
  );
  const text = decoded(bytes) ?? refuse('it is not UTF-8');
  const found = path.toLowerCase().endsWith('.csv') ? await csvIds(text, refuse) : lineIds(text);
  const ids = found.filter(({ id }) => id !== '');
  if (ids.length === 0) refuse('it has no id');
  for (const { id, line } of ids)
    if (id.length > MAX_ID_LENGTH)
      refuse(`the id in line ${line} has ${id.length} characters, should have ${MAX_ID_LENGTH} at most`);
  return ids.map(({ id }) => id);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory, should be a file',
  EACCES: 'it may not be read',
};

interface Found {
  readonly id: string;
  readonly line: number;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    // Drops the byte order mark of spreadsheets.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const lineIds = (text: string): Found[] =>
  text.split(/\r?\n|\r/).map((id, index) => ({ id, line: index + 1 }));

async function csvIds(text: string, refuse: (problem: string) => never): Promise<Found[]> {
  const ids: Found[] = [];
  let column: number | undefined;
  for await (const { cells, line, problem } of csvRows(once(Buffer.from(text, 'utf8')), ',')) {
    if (!cells) return refuse(problem ?? `line ${line} is not CSV`);
    if (column === undefined) column = columnOf(cells) ?? refuse(headerProblem(cells));
    else ids.push({ id: Buffer.from(cells[column] ?? '', 'latin1').toString('utf8'), line });
  }
  return ids;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function columnOf(header: readonly string[]): number | undefined {
  const names = header.map((name) => name.trim().toLowerCase());
  const name = COLUMNS.find((wanted) => names.includes(wanted));
  return name === undefined ? undefined : names.indexOf(name);
}

/** The first line may be an id, which a message does not show. */
const headerProblem = (header: readonly string[]): string =>
  `none of the ${header.length} cells of its first line names the column of users, should be userId, user_id, user or id; a file with one id in each line should have another ending than .csv`;

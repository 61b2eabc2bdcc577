import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Forgotten, RunContext } from '../../lambdas/forget/files/kind.ts';
import { type FileChange, factsOf, inOrder, updateManifest } from '../../lambdas/forget/files/manifest.ts';
import { redraw } from '../../lambdas/forget/files/redraw.ts';
import { createFileKinds, kindOf } from '../../lambdas/forget/files/registry.ts';
import { manifestKey } from '../../lambdas/shared/contract/keys.ts';
import type { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { directoryLake } from '../../local/lake/directory-lake.ts';
import { manifestOf } from './lake-files.ts';

const KINDS = createFileKinds({});

/** Erases users with all of their sales. */
export const erasing = (users: readonly string[]): Forgotten => {
  const all = new Set(users);
  return { users: all, isForgotten: (user) => all.has(user) };
};

/** Returns the keys of all objects of a lake in a directory, in order. */
export const keysOf = (lake: string): string[] =>
  readdirSync(lake, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(lake.length + 1))
    .sort();

export const readObject = async (lake: string, key: string): Promise<Uint8Array | undefined> =>
  existsSync(join(lake, key)) ? readFileSync(join(lake, key)) : undefined;

/** Removes users from the batches. */
export async function eraseFromBatches(lake: string, erased: Forgotten): Promise<void> {
  for (const key of keysOf(lake).filter((each) => each.startsWith('interactions/')))
    await rewrite(lake, key, erased);
}

/** Removes users from the files of a run, as forgetting does, without its conditions and versions. */
export async function eraseFromRun(
  lake: string,
  erased: Forgotten,
  { run = 1, erasure = 1 } = {},
): Promise<FileChange[]> {
  const { files } = manifestOf(lake, run);
  const context = contextOf(lake, files);
  const changes: FileChange[] = [];
  for (const { name, key } of inOrder(files)) {
    const after = await rewrite(lake, key, erased, context);
    if (after) changes.push({ name, after });
  }
  const manifest = join(lake, manifestKey(run));
  writeFileSync(manifest, updateManifest(readFileSync(manifest, 'utf8'), erasure, changes));
  return changes;
}

/** Draws the pictures and the page of a run again. */
export async function drawAgain(lake: string, run = 1): Promise<void> {
  const drawn = await redraw(run, { lake: directoryLake(lake), read: (key) => readObject(lake, key) });
  for (const { key, bytes } of drawn) writeFileSync(join(lake, key), bytes);
}

const contextOf = (lake: string, files: Manifest['files']): RunContext => ({
  files,
  read: async (name, range) => {
    const file = files.find((each) => each.name === name);
    if (!file) throw new Error(`There is no file ${name}`);
    const bytes = readFileSync(join(lake, file.key));
    return range ? bytes.subarray(range.offset, range.offset + range.sizeBytes) : bytes;
  },
});

async function rewrite(lake: string, key: string, erased: Forgotten, run?: RunContext) {
  const kind = kindOf(KINDS, key);
  if (!kind) throw new Error(`${key} has no kind`);
  if (kind.holds === undefined || (await kind.mayHold?.({ key, run }, erased)) === false) return undefined;
  const rewritten = await kind.rewrite(readFileSync(join(lake, key)), erased, { key, run });
  if (!rewritten.changed || !rewritten.bytes) return undefined;
  writeFileSync(join(lake, key), rewritten.bytes);
  return factsOf(kind, rewritten.bytes);
}

/** A row of an object, and the users that it names. */
export interface Row {
  readonly users: readonly string[];
  readonly text: string;
}

const row = (users: readonly unknown[], value: unknown): Row => ({
  users: users.filter((user) => typeof user === 'string'),
  text: JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each)),
});

const usersOf = (...ids: readonly unknown[]): string[] =>
  ids.flatMap((id) => (typeof id === 'string' && id.startsWith('u:') ? [id.slice(2)] : []));

/** Reads the rows of a table with another reader than the one that rewrites it; undefined if the object is no table. */
export async function rowsOf(key: string, bytes: Uint8Array): Promise<Row[] | undefined> {
  const text = (): string => Buffer.from(bytes).toString('utf8');
  const ofTable = (value: Record<string, unknown>): Row =>
    row([value.user, ...usersOf(value.id, value.source, value.target)], value);
  if (key.endsWith('.parquet'))
    return (await parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors })).map(ofTable);
  if (key.endsWith('.csv')) return parse<Record<string, unknown>>(text(), { columns: true }).map(ofTable);
  if (key.endsWith('.graphml'))
    return [
      ...text().matchAll(
        /<node id="([^"]*)">.*?<\/node>|<edge source="([^"]*)" target="([^"]*)">.*?<\/edge>/gs,
      ),
    ].map(([all, id, source, target]) =>
      row(usersOf(...[id, source, target].map((each) => each && unescaped(each))), all),
    );
  if (/(?:explorer\/users|model\/histories)-\d+\.json\.gz$/.test(key))
    return gunzipSync(bytes)
      .toString()
      .trimEnd()
      .split('\n')
      .flatMap((line) => JSON.parse(line).rows)
      .map((each) => row([each[0]], each));
  return undefined;
}

const unescaped = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#10;', '\n')
    .replaceAll('&#9;', '\t')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

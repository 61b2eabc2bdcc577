import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { CURRENT_KEY, chartsOf, manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { Current, Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { parseJson, readJson, s3Lake, toJson } from '../../lambdas/shared/platform/lake.ts';
import { awsClient } from '../stack/emulator.ts';
import type { Reveal } from './reveal.ts';

/** Returns false for compacted interactions, which are input of the next run and not a result. */
const isResult = (name: string): boolean => !name.startsWith('compacted/');

const MANIFEST = 'manifest.json';
/** Names the files that differ from the manifest, because users are revealed in them. */
const REVEALED = 'revealed.json';
const CHARTS = 'charts/';

/**
 * Copies the served run from the bucket: manifest.json, the files that it lists, and charts/. The directory is replaced as a
 * whole, so that a failure leaves an earlier export complete.
 *
 * @param reveal Puts ids of the shop in place of pseudonyms, in the copies only. `revealed.json` then has the sizes and hashes of the
 *   files that differ from the manifest.
 * @returns The number of files.
 * @throws {Error} If no run is served, a file differs from its hash in the manifest, or the directory holds other files than
 *   an earlier export.
 */
export async function exportRun(
  { endpoint, bucket }: { readonly endpoint: string; readonly bucket: string },
  directory: string,
  reveal?: Reveal,
): Promise<number> {
  refuseForeignFiles(directory);
  const client = new S3Client(awsClient(endpoint));
  const lake = s3Lake(bucket, client);
  const current = await readJson(lake, CURRENT_KEY, Current);
  if (!current?.run) throw new Error(`Cannot export to ${directory}: no run is served yet`);
  const manifest = await readJson(lake, manifestKey(current.run), Manifest);
  if (!manifest) throw new Error(`Cannot export run ${current.run}: it has no manifest`);

  const read = async (key: string): Promise<Uint8Array> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  };
  return replaceDirectory(directory, async (write) => {
    for (const { name, key, sha256 } of manifest.files.filter((file) => isResult(file.name))) {
      const bytes = await read(key);
      if (createHash('sha256').update(bytes).digest('hex') !== sha256)
        throw new Error(`Cannot export ${key}: its hash differs from the one in the manifest`);
      await write(name, (await reveal?.file(name, bytes)) ?? bytes);
    }
    if (reveal) await write(REVEALED, Buffer.from(toJson({ users: reveal.users, files: reveal.files })));
    const charts = chartsOf(manifest.run);
    for await (const { key } of lake.list(charts))
      await write(`${CHARTS}${key.slice(charts.length)}`, await read(key));
    await write(MANIFEST, await read(manifestKey(manifest.run)));
  });
}

/** The parts of a manifest that name its files, the same in all versions. */
const EarlierManifest = z.object({ run: z.int(), files: z.array(z.object({ name: z.string() })) });

/**
 * Checks that the directory holds only files of an earlier export, because an export deletes what it replaces.
 *
 * @throws {Error} If it is a file, or holds any other file.
 */
export function refuseForeignFiles(directory: string): void {
  if (!existsSync(directory)) return;
  const refuse = (problem: string): never => {
    throw new Error(
      `Cannot export to ${directory}: it ${problem}; it should be a new or empty directory, or one with an earlier export`,
    );
  };
  if (!statSync(directory).isDirectory()) refuse('is a file');
  const names = namesOfEarlierExport(directory);
  const isOurs = (name: string): boolean =>
    names.has(name) || (names.has(MANIFEST) && name.startsWith(CHARTS));
  const foreign = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .find((name) => !isOurs(name));
  if (foreign !== undefined) refuse(`holds ${foreign}, which is not part of an earlier export`);
}

/** @returns The file names of an earlier export; empty if the directory has no manifest of a run. */
function namesOfEarlierExport(directory: string): ReadonlySet<string> {
  const path = join(directory, MANIFEST);
  if (!existsSync(path)) return new Set();
  try {
    const { files } = parseJson(readFileSync(path, 'utf8'), path, EarlierManifest);
    return new Set([MANIFEST, REVEALED, ...files.map(({ name }) => name)]);
  } catch {
    return new Set();
  }
}

/**
 * Fills a new directory next to the old one and then renames it, so that a failure leaves the old one unchanged.
 *
 * @returns The number of files that `fill` wrote.
 */
async function replaceDirectory(
  directory: string,
  fill: (write: (name: string, bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<number> {
  // Replaces the directory that a link points to, and not the link.
  const target = existsSync(directory) ? realpathSync(directory) : resolve(directory);
  const temporary = makeDirectoryNextTo(target);
  const filled = join(temporary, 'new');
  let files = 0;
  try {
    await fill(async (name, bytes) => {
      const path = join(filled, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
      files += 1;
    });
    swap(filled, target, join(temporary, 'old'));
    return files;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Makes a directory on the same file system as `target`, so that it can be renamed. */
function makeDirectoryNextTo(target: string): string {
  try {
    mkdirSync(dirname(target), { recursive: true });
    return mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  } catch (cause) {
    throw new Error(
      `Cannot export to ${target}: ${cause instanceof Error ? cause.message : cause}; its parent directory should be writable`,
      { cause },
    );
  }
}

function swap(filled: string, target: string, replaced: string): void {
  const exists = existsSync(target);
  if (exists) renameSync(target, replaced);
  try {
    renameSync(filled, target);
  } catch (error) {
    if (exists) renameSync(replaced, target);
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CURRENT_KEY, chartsOf, manifestKey } from '../lambdas/shared/keys.ts';
import { readJson, s3Lake } from '../lambdas/shared/lake.ts';
import { Current, Manifest } from '../lambdas/shared/schemas.ts';
import { awsClient } from './emulator.ts';

/** Compacted interactions are input of the next run, not a result. */
const isResult = (name: string): boolean => !name.startsWith('compacted/');

/**
 * Copies the served run out of the bucket: manifest.json, its files by their names, and charts/.
 *
 * @returns the number of files
 * @throws {Error} If no run is served, or a file is not what the manifest says.
 */
export async function exportRun(endpoint: string, bucket: string, directory: string): Promise<number> {
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
  const write = async (name: string, bytes: Uint8Array): Promise<void> => {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  };
  let files = 1;
  await write('manifest.json', await read(manifestKey(current.run)));
  for (const { name, key, sha256 } of manifest.files.filter((file) => isResult(file.name))) {
    const bytes = await read(key);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw new Error(`Cannot export ${key}: its bytes are not those that the manifest names`);
    await write(name, bytes);
    files += 1;
  }
  const charts = chartsOf(current.run);
  for await (const { key } of lake.list(charts)) {
    await write(`charts/${key.slice(charts.length)}`, await read(key));
    files += 1;
  }
  return files;
}

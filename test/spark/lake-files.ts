import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';

export const json = (lake: string, key: string): unknown => JSON.parse(readFileSync(join(lake, key), 'utf8'));
/** A document per line of a gzip file. */
export const jsonLines = (lake: string, key: string): unknown[] =>
  gunzipSync(readFileSync(join(lake, key)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
export const manifestOf = (lake: string, run = 1): Manifest => Manifest.parse(json(lake, manifestKey(run)));

export function keyOf(manifest: Manifest, name: string): string {
  const file = manifest.files.find((candidate) => candidate.name === name);
  if (!file) throw new Error(`${name} is not among ${manifest.files.map((each) => each.name).join(', ')}`);
  return file.key;
}

/** Rows of a CSV file without quoted fields, by column. */
export function rowsOf(lake: string, key: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(join(lake, key), 'utf8').trimEnd().split('\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const fields = line.split(',');
    return Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? '']));
  });
}

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { zipSync } from 'fflate';

/** Packs the files of a directory into a zip archive, the format in which Lambda accepts code. */
export async function zipDirectory(directory: string): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      files[relative(directory, path)] = await readFile(path);
    }
  return zipSync(files, { level: 1 });
}

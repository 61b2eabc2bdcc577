import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, expect, test } from 'vitest';
import { zipDirectory } from '../../../local/stack/zip.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-zip-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, bytes: Uint8Array): void {
  mkdirSync(join(directory, name, '..'), { recursive: true });
  writeFileSync(join(directory, name), bytes);
}

test('the archive contains every file, byte for byte, under its path below the directory', async () => {
  const files = {
    'index.mjs': Buffer.from('export const handler = 1;\n'),
    'assets/fonts/sans.ttf': Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251)),
    'empty.txt': Buffer.alloc(0),
    '.hidden': Buffer.from('x'),
  };
  for (const [name, bytes] of Object.entries(files)) write(name, bytes);
  mkdirSync(join(directory, 'no-files'));
  const unzipped = unzipSync(await zipDirectory(directory));
  expect(Object.keys(unzipped).sort()).toEqual(Object.keys(files).sort());
  for (const [name, bytes] of Object.entries(files))
    expect(Buffer.from(unzipped[name] ?? []).equals(bytes), name).toBe(true);
});

test('a missing directory is an error that names it', async () => {
  await expect(zipDirectory(join(directory, 'gone'))).rejects.toThrow(/gone/);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { InputOptions } from '../../../local/input/options.ts';
import { replay } from '../../../local/input/replay.ts';

/** Makes a directory for the files of a test. @returns Writes a file and returns its path. */
export function inputFiles(): (name: string, content: string | Uint8Array) => string {
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-input-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return (name, content) => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
}

/** Reads the values of a file's records as text. */
export async function textsOf(path: string, options: InputOptions = {}): Promise<string[]> {
  const values: string[] = [];
  for await (const { value } of replay(path, options)) values.push(String(value));
  return values;
}

/** Reads the values of a file's records. */
export const valuesOf = async (path: string, options: InputOptions = {}): Promise<unknown[]> =>
  (await textsOf(path, options)).map((text) => JSON.parse(text));

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cachedBundle } from '../../lib/bundle-cache.ts';

let root: string;
let built: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cartograph-cache-'));
  built = 0;
  writeFileSync(join(root, 'source.ts'), 'one');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Bundles the file `source.ts`, whose bundle is its text. */
function bundled(key: unknown = 'key'): string {
  const directory = join(root, 'out');
  mkdirSync(directory, { recursive: true });
  const source = join(root, 'source.ts');
  cachedBundle(
    { key, directory },
    (outdir) => {
      built++;
      writeFileSync(join(outdir, 'index.mjs'), readFileSync(source));
      return [source];
    },
    join(root, 'cache'),
  );
  return readFileSync(join(directory, 'index.mjs'), 'utf8');
}

test('a bundle whose files have not changed is copied', () => {
  expect([bundled(), bundled()]).toEqual(['one', 'one']);
  expect(built).toBe(1);
});

test('a bundle is made again if one of its files has changed or does not exist', () => {
  bundled();
  writeFileSync(join(root, 'source.ts'), 'longer');
  expect(bundled()).toBe('longer');
  expect(built).toBe(2);
  rmSync(join(root, 'source.ts'));
  expect(() => bundled()).toThrow(/source\.ts/);
});

test('other options make another bundle', () => {
  bundled();
  bundled('other');
  expect(built).toBe(2);
});

test('a bundle that could not be made leaves no bundle', () => {
  const directory = join(root, 'out');
  const fail = (): never => {
    throw new Error('does not parse');
  };
  expect(() => cachedBundle({ key: 'key', directory }, fail, join(root, 'cache'))).toThrow('does not parse');
  expect(bundled()).toBe('one');
  expect(readdirSync(join(root, 'cache')).filter((name) => !name.includes('.'))).toHaveLength(1);
});

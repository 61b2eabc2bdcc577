import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, buildSync, version } from 'esbuild';
import { cachedBundle } from './bundle-cache.ts';

/** A program for Node, with the files that it reads at run time. */
export interface Program {
  /** Path of the TypeScript module to start from. */
  readonly entry: string;
  /** Files to put next to the code, by name. */
  readonly extraFiles?: Readonly<Record<string, () => string | Uint8Array>>;
}

const OPTIONS = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: true,
  // File names and line numbers are enough for stack traces; including the sources would double the bundle.
  sourcesContent: false,
  // Some dependencies are CommonJS and call require().
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'warning',
} satisfies BuildOptions;

/**
 * Bundles a program into a directory: `index.mjs`, which has the exports of the entry, and its chunks.
 *
 * A module that is loaded by `import()` becomes a chunk of its own that is read only when it is needed. The less code
 * every invocation loads, the faster a Lambda starts. The same sources always produce the same bytes.
 *
 * @param cache Where bundles are kept for the next time; see {@link cachedBundle}.
 * @returns The path of `index.mjs`.
 * @throws {Error} If a module does not exist or does not parse; esbuild's message names file and line.
 */
export function bundle({ entry, extraFiles = {} }: Program, directory: string, cache?: string): string {
  const build = (outdir: string): string[] => {
    const { metafile } = buildSync({ ...OPTIONS, entryPoints: { index: entry }, outdir, metafile: true });
    return Object.keys(metafile.inputs).map((path) => resolve(path));
  };
  cachedBundle({ key: [entry, OPTIONS, version], directory }, build, cache);
  for (const [name, read] of Object.entries(extraFiles)) writeFileSync(join(directory, name), read());
  return join(directory, 'index.mjs');
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** A program for Node with everything that it needs. */
export interface Program {
  /** Path of the TypeScript module that it begins with. */
  readonly entry: string;
  /** Files that it reads beside its code, by name. */
  readonly beside?: Readonly<Record<string, () => string | Uint8Array>>;
}

/**
 * Bundles a program into a directory: `index.mjs`, which exports what the entry does, and its parts.
 *
 * Whatever is imported by `import()` becomes a part of its own and is read when it is needed: a Lambda starts as fast as
 * what all its calls need is small. The same sources give the same bytes.
 *
 * @returns The path of `index.mjs`.
 * @throws {Error} If a module does not exist or does not parse; esbuild's message names file and line.
 */
export function bundle({ entry, beside = {} }: Program, directory: string): string {
  buildSync({
    entryPoints: { index: entry },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    // Stack traces name our lines; the text of the sources would double the bundle.
    sourcesContent: false,
    // Some dependencies are CommonJS and call require().
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  for (const [name, read] of Object.entries(beside)) writeFileSync(join(directory, name), read());
  return join(directory, 'index.mjs');
}

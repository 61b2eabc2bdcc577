import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A script of a page: `lambdas/client/NAME.ts`, bundled with everything that it imports. */
export type BrowserProgram = 'index-page' | 'keyed-index-page' | 'run-page' | 'shop-page';

/** The name of the script's file next to the code of a Lambda. */
const fileName = (name: BrowserProgram): string => `${name}.client.js`;

/** Returns the script as a file to be added to the bundle of a Lambda: its name, and a function that builds its text. */
export const browserFile = (name: BrowserProgram): Readonly<Record<string, () => string>> => ({
  [fileName(name)]: () => bundle(name),
});

const built = new Map<BrowserProgram, string>();

/**
 * Returns the script of a page, to be embedded in the page. In a Lambda it is read from the file that the bundling put
 * next to the code; where the sources run directly (tests, local commands) it is bundled in this process.
 */
export function browserCode(name: BrowserProgram): string {
  const bundled = fileURLToPath(new URL(fileName(name), import.meta.url));
  const code = built.get(name) ?? (existsSync(bundled) ? readFileSync(bundled, 'utf8') : bundle(name));
  built.set(name, code);
  return code;
}

function bundle(name: BrowserProgram): string {
  // An `import` would add esbuild to the bundle of each Lambda.
  const { buildSync }: typeof import('esbuild') = createRequire(import.meta.url)('esbuild');
  const entry = fileURLToPath(new URL(`../../client/${name}.ts`, import.meta.url));
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

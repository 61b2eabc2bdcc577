import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Programs of pages: `lambdas/client/NAME.ts` with all that it imports. */
export type BrowserProgram = 'index-page' | 'run-page';

/** How the program is called beside the code of a Lambda. */
const fileName = (name: BrowserProgram): string => `${name}.client.js`;

/** The file of a program, to be put beside the code of a Lambda while that is bundled. */
export const browserFile = (name: BrowserProgram): Readonly<Record<string, () => string>> => ({
  [fileName(name)]: () => bundle(name),
});

const built = new Map<BrowserProgram, string>();

/**
 * The program of a page, as text to stand in the page: read beside the Lambda's code, where its bundling has put it;
 * bundled in this process where the sources run themselves (tests, a laptop's commands).
 */
export function browserCode(name: BrowserProgram): string {
  const beside = fileURLToPath(new URL(fileName(name), import.meta.url));
  const code = built.get(name) ?? (existsSync(beside) ? readFileSync(beside, 'utf8') : bundle(name));
  built.set(name, code);
  return code;
}

function bundle(name: BrowserProgram): string {
  // Not by `import`: the bundle of a Lambda would hold esbuild.
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

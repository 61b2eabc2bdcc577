import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Programs of pages: `lambdas/client/NAME.ts` with all that it imports. */
export type BrowserProgram = 'index-page' | 'run-page';

/** Options of esbuild, the same wherever it runs, so that the same sources are the same text. */
const OPTIONS = {
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
} as const;

/** How the program is called beside the code of a Lambda. */
const fileName = (name: BrowserProgram): string => `${name}.client.js`;

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
  const entry = fileURLToPath(new URL(`../client/${name}.ts`, import.meta.url));
  const { outputFiles } = buildSync({ ...OPTIONS, entryPoints: [entry], write: false });
  return outputFiles[0]?.text ?? '';
}

/** The shell command that puts the program beside the code of a Lambda while that is bundled. */
export function browserCodeCommand(name: BrowserProgram, root: string, outputDirectory: string): string {
  const flags = Object.entries(OPTIONS).map(([option, value]) => {
    const flag = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? flag : `${flag}=${value}`;
  });
  return `"${root}/node_modules/.bin/esbuild" "${root}/lambdas/client/${name}.ts" ${flags.join(' ')} --log-level=warning --outfile="${outputDirectory}/${fileName(name)}"`;
}

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What `lambdas/render/draw.ts` reads beside its code. */
const ASSETS = [
  '@resvg/resvg-wasm/index_bg.wasm',
  'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
];

/** Bundles a program that draws, as a Lambda is bundled. @returns the path of the module */
export async function bundled(entry: string, directory: string): Promise<string> {
  const outfile = join(directory, 'index.mjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  for (const asset of ASSETS)
    cpSync(fileURLToPath(import.meta.resolve(asset)), join(directory, asset.split('/').at(-1) ?? asset));
  return outfile;
}

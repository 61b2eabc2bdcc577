import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../lib/bundle.ts';
import { RENDER_FILES } from '../../lib/render.ts';

/** Returns a chunk and everything that it imports statically, which is read before the handler can be called. */
function staticImports(directory: string, chunk = 'index.mjs', known = new Set<string>()): Set<string> {
  if (known.has(chunk)) return known;
  known.add(chunk);
  const code = readFileSync(join(directory, chunk), 'utf8');
  for (const [, next = ''] of code.matchAll(/(?:\bfrom|\bimport)"\.\/([^"]+)"/g))
    staticImports(directory, next, known);
  return known;
}

const HANDLER = fileURLToPath(new URL('../../lambdas/render/handler.ts', import.meta.url));

describe('the bundle of render', () => {
  const directories = ['first', 'second'].map(() => mkdtempSync(join(tmpdir(), 'cartograph-bundle-')));
  const caches = ['first', 'second'].map(() => mkdtempSync(join(tmpdir(), 'cartograph-bundle-')));
  const [directory = '', again = ''] = directories;
  beforeAll(() => {
    for (const [index, each] of directories.entries())
      bundle({ entry: HANDLER, extraFiles: RENDER_FILES }, each, caches[index]);
  });
  afterAll(() => {
    for (const each of [...directories, ...caches]) rmSync(each, { recursive: true, force: true });
  });

  test('loads neither Vega nor the PNG renderer before the handler is ready', () => {
    const chunks = [...staticImports(directory)];
    const code = chunks.map((chunk) => readFileSync(join(directory, chunk), 'utf8')).join('');
    const all = readdirSync(directory).filter((name) => name.endsWith('.mjs'));
    const draw = all.filter((name) => !chunks.includes(name) && /^draw-/.test(name));
    expect(chunks.length).toBeGreaterThan(1);
    expect(draw).toHaveLength(1);
    expect(readFileSync(join(directory, draw[0] ?? ''), 'utf8')).toContain('resvg_render');
    expect(code).not.toContain('resvg_render');
    // It was 512 kB on 2026-11-25, most of it the SDK and zod.
    expect(chunks.reduce((bytes, chunk) => bytes + statSync(join(directory, chunk)).size, 0)).toBeLessThan(
      650_000,
    );
  });

  test('contains the files that it reads, and exports the handler', async () => {
    for (const name of Object.keys(RENDER_FILES))
      expect(statSync(join(directory, name)).size).toBeGreaterThan(1_000);
    expect(readFileSync(join(directory, 'index.mjs'), 'utf8')).toMatch(/export\{[\w$]+ as handler\}/);
  });

  test('is byte-equal when it is built again', () => {
    expect(readdirSync(again)).toEqual(readdirSync(directory));
    for (const name of readdirSync(directory))
      expect(readFileSync(join(again, name)).equals(readFileSync(join(directory, name)))).toBe(true);
  });
});

/** A text that is in the code of each client, also after minification. */
const CLIENTS = { s3: 'AmazonS3', dynamodb: 'DynamoDB_20120810', kafka: 'KafkaJSError' } as const;

describe('the bundle of a stage that answers requests', () => {
  const root = mkdtempSync(join(tmpdir(), 'cartograph-bundles-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each([
    ['remember', ['s3', 'dynamodb'], 700_000],
    ['serve', ['s3', 'dynamodb'], 650_000],
    ['collect', ['kafka'], 750_000],
    ['catalogue', ['s3'], 550_000],
  ] as const)('%s loads the clients %j before its first call, and no other', (stage, clients, mostBytes) => {
    const directory = join(root, stage);
    bundle({ entry: HANDLER.replace('render', stage) }, directory);
    const code = [...staticImports(directory)].map((chunk) => readFileSync(join(directory, chunk), 'utf8'));
    const loaded = Object.entries(CLIENTS).filter(([, text]) => code.some((chunk) => chunk.includes(text)));
    expect(loaded.map(([name]) => name).sort()).toEqual([...clients].sort());
    // They were 331, 574, 675 and 469 kB on 2026-11-29. A function starts the faster, the less it reads.
    expect(code.reduce((bytes, chunk) => bytes + Buffer.byteLength(chunk), 0)).toBeLessThan(mostBytes);
  });
});

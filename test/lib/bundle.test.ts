import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../lib/bundle.ts';
import { RENDER_FILES } from '../../lib/render.ts';

const HANDLER = fileURLToPath(new URL('../../lambdas/render/handler.ts', import.meta.url));

describe('the bundle of render', () => {
  const directories = ['first', 'second'].map(() => mkdtempSync(join(tmpdir(), 'cartograph-bundle-')));
  const [directory = '', again = ''] = directories;
  beforeAll(() => {
    for (const each of directories) bundle({ entry: HANDLER, beside: RENDER_FILES }, each);
  });
  afterAll(() => {
    for (const each of directories) rmSync(each, { recursive: true, force: true });
  });

  /** What is read before the handler can be called: a part and all that it imports, but not what it calls `import()` for. */
  function partsBehind(part: string, known = new Set<string>()): Set<string> {
    if (known.has(part)) return known;
    known.add(part);
    const code = readFileSync(join(directory, part), 'utf8');
    for (const [, next = ''] of code.matchAll(/(?:\bfrom|\bimport)"\.\/([^"]+)"/g)) partsBehind(next, known);
    return known;
  }

  test('is ready before Vega and the renderer of PNGs are read', () => {
    const parts = [...partsBehind('index.mjs')];
    const code = parts.map((part) => readFileSync(join(directory, part), 'utf8')).join('');
    const all = readdirSync(directory).filter((name) => name.endsWith('.mjs'));
    const draw = all.filter((name) => !parts.includes(name) && /^draw-/.test(name));
    expect(parts.length).toBeGreaterThan(1);
    expect(draw).toHaveLength(1);
    expect(readFileSync(join(directory, draw[0] ?? ''), 'utf8')).toContain('resvg_render');
    expect(code).not.toContain('resvg_render');
    // 512 kB on 2026-11-25, most of it the SDK and zod.
    expect(parts.reduce((bytes, part) => bytes + statSync(join(directory, part)).size, 0)).toBeLessThan(
      650_000,
    );
  });

  test('has beside it what it reads, and exports the handler', async () => {
    for (const name of Object.keys(RENDER_FILES))
      expect(statSync(join(directory, name)).size).toBeGreaterThan(1_000);
    expect(readFileSync(join(directory, 'index.mjs'), 'utf8')).toMatch(/export\{\w+ as handler\}/);
  });

  test('is the same whenever it is made', () => {
    expect(readdirSync(again)).toEqual(readdirSync(directory));
    for (const name of readdirSync(directory))
      expect(readFileSync(join(again, name)).equals(readFileSync(join(directory, name)))).toBe(true);
  });
});

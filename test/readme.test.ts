import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BENCHMARKS } from '../bench/registry.ts';
import { createSaleParser } from '../lambdas/accumulate/sale.ts';
import { PREFIX } from '../lambdas/shared/contract/keys.ts';
import {
  CHARTS_OPTIONS,
  COST_OPTIONS,
  FLUSH_OPTIONS,
  LISTS_OPTIONS,
  PRODUCE_OPTIONS,
  RETRY_OPTIONS,
  START_OPTIONS,
} from '../local/options.ts';
import { ROOT } from '../local/paths.ts';

/** What the README and the other pages promise. */
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const readme = read('README.md');
const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

test('every folder of the repository stands in the folder map, and every folder of the map is there', () => {
  const map = /## Where things are\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
  const named = [...map.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, name]) => name);
  const there = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => !['node_modules', 'cdk.out'].includes(name));
  expect(named.toSorted()).toEqual(there.toSorted());
});

test.each(pages)('%s: every link to a file leads to one', (page) => {
  for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g))
    expect(existsSync(join(ROOT, page, '..', target)), target).toBe(true);
});

test.each(pages)('%s: every command of npm is there', (page) => {
  for (const [, name = ''] of read(page).matchAll(/npm run ([a-z]+)/g)) expect(scripts).toHaveProperty(name);
});

test('every script of package.json that starts a program has it', () => {
  for (const [, name = ''] of Object.values(scripts)
    .join('\n')
    .matchAll(/bootstrap\.mjs (\w+)/g))
    if (name !== 'clean') expect(existsSync(join(ROOT, 'local', `${name}.ts`)), name).toBe(true);
});

test('every option that the README gives to npm start is one', () => {
  const commands = readme.replaceAll('\\\n', ' ').matchAll(/npm start -- ([^\n`]+)/g);
  for (const [, words = ''] of commands)
    for (const [, option = ''] of words.matchAll(/--([a-z-]+)/g))
      expect(START_OPTIONS).toHaveProperty(option);
});

test('the sale of the README is one', () => {
  const [, sale = ''] = /```json sale\n(.*)\n```/.exec(readme) ?? [];
  expect(createSaleParser({})(Buffer.from(sale), Date.UTC(2026, 5, 1, 12))).toMatchObject({
    user: 'u0042',
    product: 'p0017',
    quantity: 2,
    productName: 'Blue glass lamp',
  });
});

test('the table of the bucket names every prefix that the pipeline writes', () => {
  for (const prefix of Object.values(PREFIX))
    if (prefix !== PREFIX.logs) expect(readme).toContain(`\`${prefix}`);
});

test('every benchmark has its place in docs/performance.md', () => {
  for (const name of Object.keys(BENCHMARKS))
    expect(read('docs/performance.md')).toContain(`npm run bench -- ${name}`);
});

/** `test/some.test.ts` and the titles that follow it, in typographic quotes. */
const named = (page: string): { file: string; titles: string[] }[] =>
  [...read(page).matchAll(/`(test\/[^`]+)`((?:,? “[^”]+”|,? and “[^”]+”)*)/g)].map(
    ([, file = '', rest = '']) => ({
      file,
      titles: [...rest.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title),
    }),
  );

test('every test that docs/first-hour.md names is there, under that title', () => {
  const tests = named('docs/first-hour.md');
  expect(tests.length).toBeGreaterThan(20);
  expect(tests.flatMap(({ titles }) => titles).length).toBeGreaterThan(20);
  for (const { file, titles } of tests) {
    expect(existsSync(join(ROOT, file)), file).toBe(true);
    for (const title of titles) expect(titlesOf(read(file)), `${file}: ${title}`).toContain(title);
  }
});

/** Titles as they are written; those of a table stand in its rows. */
const titlesOf = (source: string): string => source.replaceAll("\\'", "'");

test('every step of docs/first-hour.md says which test holds it or what is not provable here', () => {
  const [, ...steps] = read('docs/first-hour.md').split(/^## /m);
  expect(steps).toHaveLength(11);
  for (const step of steps) expect(step).toMatch(/`test\/|Not provable here/);
});

test('every command that the pages give for a stack is one that takes it', () => {
  const tables: Readonly<Record<string, object>> = {
    produce: PRODUCE_OPTIONS,
    flush: FLUSH_OPTIONS,
    lists: LISTS_OPTIONS,
    charts: CHARTS_OPTIONS,
    retry: RETRY_OPTIONS,
    cost: COST_OPTIONS,
  };
  for (const page of pages)
    for (const [, name = '', words = ''] of read(page).matchAll(/npm run ([a-z]+) -- ([^\n`#]+)/g))
      for (const [, option = ''] of words.matchAll(/--([a-z-]+)/g))
        if (tables[name]) expect(tables[name], `${page}: npm run ${name}`).toHaveProperty(option);
});

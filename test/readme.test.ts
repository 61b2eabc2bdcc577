import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { expect, test } from 'vitest';
import { BENCHMARKS } from '../bench/registry.ts';
import { PREFIX } from '../lambdas/shared/contract/keys.ts';
import { createSaleParser } from '../lambdas/shared/sales/sale.ts';
import { COMMANDS, type CommandModule, isCommandName } from '../local/commands/registry.ts';
import { commandLine as startCommandLine } from '../local/commands/start-options.ts';
import { ROOT } from '../local/process/paths.ts';

/** Holds the commands, options and examples of the README and the other pages to the programs. */
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const readme = read('README.md');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

test('the folder map has every folder of the repository, and no other', () => {
  const map = /## Where things are\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
  const named = [...map.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, name]) => name);
  const there = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => !['node_modules', 'cdk.out'].includes(name));
  expect(named.toSorted()).toEqual(there.toSorted());
});

test.each(pages)('%s: every link to a file leads to an existing file', (page) => {
  for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g))
    expect(existsSync(join(ROOT, page, '..', target)), target).toBe(true);
});

test.each(pages)('%s: every npm command exists', (page) => {
  for (const [, name = ''] of read(page).matchAll(/npm run ([a-z]+)/g)) expect(scripts).toHaveProperty(name);
});

test('every program that a script of package.json starts exists', () => {
  for (const [, name = ''] of Object.values(scripts)
    .join('\n')
    .matchAll(/bootstrap\.mjs (\w+)/g))
    if (name !== 'clean' && name !== 'bench') expect(isCommandName(name), name).toBe(true);
  expect(existsSync(join(ROOT, 'bench/main.ts'))).toBe(true);
});

const optionsOf = (command: CommandUnknownOpts) => [...command.options.map(({ long }) => long), '--help'];

test('npm start knows every option that the README gives it', () => {
  const commands = readme.replaceAll('\\\n', ' ').matchAll(/npm start -- ([^\n`]+)/g);
  for (const [, words = ''] of commands)
    for (const [, option = ''] of words.matchAll(/--([a-z-]+)/g))
      expect(optionsOf(startCommandLine())).toContain(`--${option}`);
});

test('the sale of the README is parsed as a sale', () => {
  const [, sale = ''] = /```json sale\n(.*)\n```/.exec(readme) ?? [];
  expect(createSaleParser({})(Buffer.from(sale), Date.UTC(2026, 5, 1, 12))).toMatchObject({
    user: 'u0042',
    product: 'p0017',
    quantity: 2,
    productName: 'Blue glass lamp',
  });
});

test('the table of the bucket has every prefix that the pipeline writes', () => {
  const table = /## The bucket\n([\s\S]*?)\n## /.exec(read('docs/architecture.md'))?.[1];
  for (const prefix of Object.values(PREFIX))
    if (prefix !== PREFIX.logs) expect(table).toContain(`\`${prefix}`);
});

test('docs/performance.md has every benchmark', () => {
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

test('every test that docs/first-hour.md names exists under that title', () => {
  const tests = named('docs/first-hour.md');
  expect(tests.length).toBeGreaterThan(20);
  expect(tests.flatMap(({ titles }) => titles).length).toBeGreaterThan(20);
  const missing = tests.flatMap(({ file, titles }) => {
    if (!existsSync(join(ROOT, file))) return [`${file} does not exist`];
    const source = titlesOf(read(file));
    return titles.filter((title) => !source.includes(title)).map((title) => `${file} has no test “${title}”`);
  });
  expect(missing, 'docs/first-hour.md names tests that were moved or renamed: correct it').toEqual([]);
});

/** Removes the escapes of quotes, so that titles can be searched in the source. Titles of a table are in its rows. */
const titlesOf = (source: string): string => source.replaceAll("\\'", "'");

test('every step of docs/first-hour.md names the test that holds it, or what is not provable here', () => {
  const [, ...steps] = read('docs/first-hour.md').split(/^## /m);
  expect(steps).toHaveLength(11);
  for (const step of steps) expect(step).toMatch(/`test\/|Not provable here/);
});

test('every option that the pages give to a command is one of its options', async () => {
  let checked = 0;
  for (const page of pages)
    for (const [, name = '', words = ''] of read(page).matchAll(/npm run ([a-z]+) -- ([^\n`#]+)/g)) {
      const module: CommandModule | undefined = isCommandName(name) ? await COMMANDS[name]() : undefined;
      if (!module?.commandLine) continue;
      const options = optionsOf(module.commandLine());
      for (const [option] of words.matchAll(/--[a-z-]+/g)) {
        expect(options, `${page}: npm run ${name}`).toContain(option);
        checked += 1;
      }
    }
  expect(checked).toBeGreaterThan(10);
});

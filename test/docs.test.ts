import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Holds what the pages say about the repository to the repository: links, file names, tests, and the order of folders. */

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** What is installed or made here, and no part of the repository. */
const LEFT_OUT = new Set(['.git', '.cartograph', 'node_modules', 'cdk.out', 'target']);

/** Paths of all files of the repository, relative to its root. */
const files = filesBelow('');

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (LEFT_OUT.has(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const topFolders = new Set(files.filter((path) => path.includes('/')).map((path) => path.split('/')[0]));

/** The changelog is left out: it names files as they were. */
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe.each(PAGES)('%s', (page) => {
  test('links and pictures lead to files of the repository, and to headings that they have', () => {
    const links = [...read(page).matchAll(/(?:\]\(|(?:src|href)=")(?!https?:)([^)"#]*)(?:#([^)"]*))?[)"]/g)];
    for (const [link, target = '', heading] of links) {
      const path = target === '' ? page : join(dirname(page), target);
      expect(existsSync(join(ROOT, path)), link).toBe(true);
      if (heading !== undefined) expect(headingsOf(path), link).toContain(heading);
    }
  });

  test('every file and folder that it mentions exists', () => {
    for (const [, mention = ''] of read(page).matchAll(/`([\w.@/-]+)`/g))
      expect(isThere(mention), mention).toBe(true);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
const headingsOf = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );

const CODE = /\.(ts|mjs|scala|py)$/;

/**
 * Tells whether a word in backticks is something that the repository has.
 *
 * @returns true for words that are no path: options, keys of the bucket, names in code
 */
function isThere(word: string): boolean {
  const [top = '', ...below] = word.split('/');
  if ([top, ...below].some((part) => LEFT_OUT.has(part))) return true;
  if (word.includes('/') && topFolders.has(top)) return existsSync(join(ROOT, word)) || isPlaceholder(word);
  if (CODE.test(word))
    return word.includes('/')
      ? files.some((path) => path.endsWith(`/${word}`))
      : files.some((path) => basename(path) === word);
  return true;
}

/** `lambdas/STAGE/handler.ts` stands for many files. */
const isPlaceholder = (word: string): boolean =>
  word.split('/').some((part) => /^[A-Z]{3,}(\.|$)/.test(part) && !/^(README|LICENSE)/.test(part));

describe('docs/architecture.md', () => {
  const page = read('docs/architecture.md');

  test('every test that it names exists under that title', () => {
    const mentions = [...page.matchAll(/`((?:test|spark\/src\/test)\/[^`]+)`((?:,? “[^”]+”)+)/g)].flatMap(
      ([, file = '', titles = '']) =>
        [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file, title })),
    );
    expect(mentions.length).toBeGreaterThan(20);
    for (const { file, title } of mentions) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
      expect(read(file).replaceAll("\\'", "'"), `${file}: ${title}`).toContain(title);
    }
  });

  test('every rule has its test', () => {
    const [, rules = ''] = /## What always holds\n([\s\S]*?)\n## /.exec(page) ?? [];
    const numbered = rules.split(/^\d+\. /m).slice(1);
    expect(numbered).toHaveLength(9);
    for (const rule of numbered) expect(rule).toMatch(/`(test|spark\/src\/test)\/[^`]+` “/);
  });

  test('a folder imports only folders in rows above its own', () => {
    const rowOf = rowsOfFolders(page);
    const folders = [...rowOf.keys()].sort((a, b) => b.length - a.length);
    const folderOf = (path: string): string | undefined =>
      folders.find((folder) => path.startsWith(`${folder}/`));
    const wrong: string[] = [];
    for (const file of files.filter((path) => /\.(ts|mjs)$/.test(path) && path.includes('/'))) {
      const from = folderOf(file);
      for (const target of importsOf(file)) {
        const to = folderOf(target);
        if (from === undefined || from === to) continue;
        if (to === undefined || (rowOf.get(to) ?? 0) >= (rowOf.get(from) ?? 0))
          wrong.push(`${file} → ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('the table of folders has every folder with TypeScript but the tests', () => {
    const folders = [...rowsOfFolders(page).keys()];
    const missing = files.filter(
      (path) =>
        /^[^/]+\/.*\.(ts|mjs)$/.test(path) &&
        !path.startsWith('test/') &&
        !folders.some((folder) => path.startsWith(`${folder}/`)),
    );
    expect(missing).toEqual([]);
    for (const folder of folders) expect(existsSync(join(ROOT, folder)), folder).toBe(true);
  });
});

/** The folders of the table, each with the number of its row. */
function rowsOfFolders(page: string): Map<string, number> {
  const [, table = ''] = /## Folders\n([\s\S]*)/.exec(page) ?? [];
  const rows = [...table.matchAll(/^\| (`[^|]+`) \|/gm)];
  return new Map(
    rows.flatMap(([, cell = ''], row) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, folder = '']) => [folder, row] as const),
    ),
  );
}

/** Paths of the files of this repository that a file imports, types included. */
const importsOf = (file: string): string[] =>
  [...read(file).matchAll(/(?:from|import|import\()\s*'(\.{1,2}\/[^']+)'/g)].map(([, target = '']) =>
    join(dirname(file), target),
  );

describe('docs/decisions.md', () => {
  const [, ...entries] = read('docs/decisions.md').split(/^## /m);
  const titles = entries.map((entry) => entry.split('\n', 1)[0] ?? '');

  test('decisions are dated, newest first, and each has a status, a context, a decision and a cost', () => {
    const days = titles.map((title) => /^\d{4}-\d{2}-\d{2} /.exec(title)?.[0]);
    expect(days).not.toContain(undefined);
    expect(days).toEqual(days.toSorted().reverse());
    for (const [index, entry] of entries.entries())
      for (const part of ['Status', 'Context', 'Decision', 'Cost'])
        expect(entry, titles[index]).toMatch(new RegExp(`^${part}: \\S`, 'm'));
  });

  test('a status is accepted or superseded, and what supersedes is a newer or equally old decision', () => {
    for (const [index, entry] of entries.entries()) {
      const [status = ''] = /^Status: .*$/m.exec(entry) ?? [];
      expect(status, titles[index]).toMatch(/^Status: (accepted|superseded)\b/);
      const named = titles.filter((title) => status.includes(title));
      if (status.includes('superseded'))
        expect(named.length, `${titles[index]}: ${status}`).toBeGreaterThan(0);
      for (const title of named) expect(titles.indexOf(title), status).toBeLessThan(index);
    }
  });
});

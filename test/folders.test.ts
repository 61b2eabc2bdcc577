import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../local/process/paths.ts';

/**
 * The order of folders is in docs/architecture.md, and docs.test.ts holds the imports to it. Here every folder counts, those
 * within a row of that table and those of the tests too: none of them may lead back to itself.
 */

/** Folders that import each other today, and the reason. */
const EXCEPTIONS: readonly { readonly folders: readonly string[]; readonly reason: string }[] = [
  {
    folders: ['lambdas/client', 'lambdas/client/index', 'lambdas/client/network', 'lambdas/client/shop'],
    reason: 'the entry points of the pages are beside what the pages share',
  },
  {
    folders: ['test', 'test/lambdas'],
    reason:
      'fixtures.test.ts checks the fixtures of all programs and is beside the lake of the tests, which it shares',
  },
];

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => /\.(ts|mts|mjs)$/.test(path) && existsSync(join(ROOT, path)));

/** The folder of each imported file, by the folder that imports it, types included. */
const imports = new Map<string, Set<string>>();
for (const file of files)
  for (const [, target = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(
    /(?:\bfrom|\bimport|\bimport\()\s*'(\.{1,2}\/[^']+)'/g,
  )) {
    const [from, to] = [dirname(file), dirname(join(dirname(file), target))];
    if (from !== to) imports.set(from, (imports.get(from) ?? new Set()).add(to));
  }

/** All folders to which the imports of a folder lead, directly or through others. */
function reachedFrom(folder: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    for (const target of imports.get(next) ?? []) {
      if (reached.has(target)) continue;
      reached.add(target);
      waiting.push(target);
    }
  return reached;
}

test('the imports are found: hundreds of files, and arrows that are known', () => {
  expect(files.length).toBeGreaterThan(300);
  expect(reachedFrom('local/commands')).toContain('lambdas/shared/contract');
  expect(reachedFrom('lambdas/shared/contract')).not.toContain('local/commands');
});

test('no imports of a folder lead back to it', () => {
  const circles = [...imports.keys()].flatMap((folder) => {
    if (!reachedFrom(folder).has(folder)) return [];
    const circle = [...reachedFrom(folder)].filter((other) => reachedFrom(other).has(folder));
    const isKnown = EXCEPTIONS.some(({ folders }) => circle.every((other) => folders.includes(other)));
    return isKnown ? [] : [circle.sort().join(' ↔ ')];
  });
  expect([...new Set(circles)]).toEqual([]);
});

test('every exception is still needed', () => {
  for (const { folders, reason } of EXCEPTIONS)
    expect(
      folders.some((folder) => reachedFrom(folder).has(folder)),
      `${folders.join(', ')}: ${reason}`,
    ).toBe(true);
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Runs the examples in the docstrings of `lambdas/shared`. Each line after `@example` is `expression // expected value`; a
 * long one may continue on the next line, which then starts with `//`. Both sides can use all exports of the module.
 */
const SHARED = join(import.meta.dirname, '../../../lambdas/shared');

/** Folders and files whose exported functions are pure and simple, so that each has an example. */
const WITH_EXAMPLES = ['contract', 'web/text.ts'];

interface Example {
  readonly file: string;
  /** The function that the docstring belongs to. */
  readonly name: string;
  readonly line: string;
}

const DOCSTRING = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export (?:async )?(?:const|function)\*? (\w+))?/g;

function examplesOf(file: string): Example[] {
  const source = readFileSync(join(SHARED, file), 'utf8');
  return [...source.matchAll(DOCSTRING)].flatMap(([, text = '', name = '']) =>
    text
      .split('@example')
      .slice(1)
      .flatMap((example) => (example.split(/^[ *]*@/m)[0] ?? '').split('\n'))
      .map((line) => line.replace(/^\s*\* ?/, '').trim())
      .filter((line) => line !== '')
      .join('\n')
      .replaceAll('\n//', ' //')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ file, name, line })),
  );
}

const files = readdirSync(SHARED, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort();
const examples = files.flatMap(examplesOf);

const load = (file: string): Promise<Readonly<Record<string, unknown>>> => import(join(SHARED, file));

const AsyncFunction = (async () => undefined).constructor as new (
  ...source: readonly string[]
) => (...values: readonly unknown[]) => Promise<unknown>;

/** Evaluates an expression that sees the exports of a module. */
const evaluate = (expression: string, exports: Readonly<Record<string, unknown>>): Promise<unknown> =>
  new AsyncFunction(...Object.keys(exports), `return (${expression});`)(...Object.values(exports));

test('the examples are found', () => {
  expect(examples.length).toBeGreaterThanOrEqual(38);
});

test.each(examples)('$file: $line', async ({ file, line }) => {
  const [, expression = '', expected = ''] = /^(.*) \/\/ (.*)$/.exec(line) ?? [];
  expect(expression, 'an example is "expression // expected value" on one line').not.toBe('');
  const exports = await load(file);
  expect(await evaluate(expression, exports)).toStrictEqual(await evaluate(expected, exports));
});

test('every exported function of the contract and of the texts has an example', async () => {
  for (const place of WITH_EXAMPLES) {
    if (!existsSync(join(SHARED, place))) continue;
    for (const file of files.filter((name) => name === place || !relative(place, name).startsWith('..'))) {
      const functions = Object.entries(await load(file)).flatMap(([name, value]) =>
        typeof value === 'function' ? [name] : [],
      );
      const withExample = new Set(
        examples.filter((example) => example.file === file).map(({ name }) => name),
      );
      expect(
        functions.filter((name) => !withExample.has(name)),
        `exported functions of ${file} without an example`,
      ).toEqual([]);
    }
  }
});

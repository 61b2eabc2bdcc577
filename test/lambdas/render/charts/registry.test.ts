import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { indexPage } from '../../../../lambdas/publish/index-page.ts';
import { CHART_NAMES, CHARTS } from '../../../../lambdas/render/charts/registry.ts';
import { fileOf } from '../../../../lambdas/render/drawing/specification.ts';
import { runPage } from '../../../../lambdas/render/page.ts';
import { runDataOf, sampleRun } from '../../samples.ts';

/** A chart is a file, a line of the registry and its committed specifications: nothing else lists the charts. */

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const CHARTS_DIRECTORY = 'lambdas/render/charts';
const run = runDataOf(sampleRun(1));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

test('every file except for the type and the registry is a chart of the same name', () => {
  const files = readdirSync(join(ROOT, CHARTS_DIRECTORY)).filter(
    (file) => !['chart.ts', 'registry.ts'].includes(file),
  );
  expect(files.toSorted()).toEqual(CHART_NAMES.map((name) => `${name}.ts`).toSorted());
});

describe.each(CHART_NAMES)('%s', (name) => {
  test('begins its docstring with its question', () => {
    const { question } = CHARTS[name];
    expect(question).toMatch(/^[A-Z].*\?$/);
    const source = read(`${CHARTS_DIRECTORY}/${name}.ts`).replaceAll('\n * ', ' ');
    expect(source).toContain(`/** ${question} `);
  });

  test('has its picture in the gallery, below its question', () => {
    const gallery = read('docs/gallery.md');
    expect(gallery).toMatch(
      new RegExp(
        `## ${CHARTS[name].question.replaceAll('?', '\\?')}\n\n!\\[[^\n]*\\]\\(gallery/${name}\\.svg\\)\n`,
      ),
    );
    expect(readdirSync(join(ROOT, 'docs/gallery'))).toContain(`${name}.svg`);
  });
});

test('a chart without a table links to a section that exists on the page', () => {
  const { users } = sampleRun(1).documents['summary/users.json'];
  const network = {
    vertices: { ids: [], labels: [], communities: [], degrees: [], sales: [] },
    edges: { sources: [], targets: [], kinds: [], strengths: [] },
    chosen: '',
    leftOut: { vertices: 0, edges: 0 },
  };
  const page = runPage({ ...run, users, network, pictures: [] });
  for (const { numbers } of Object.values(CHARTS))
    if ('section' in numbers) expect(page).toContain(`<h2 id="${numbers.section}">`);
});

test('the gallery has no other pictures, and the specifications no other files', () => {
  expect(readdirSync(join(ROOT, 'docs/gallery')).toSorted()).toEqual(
    CHART_NAMES.map((name) => `${name}.svg`).toSorted(),
  );
  const specifications = CHART_NAMES.flatMap((name) =>
    [name, `${name}.large`].map((file) => fileOf(file, CHARTS[name].draw(run)).file),
  );
  expect(readdirSync(join(ROOT, 'test/lambdas/render/charts/specs')).toSorted()).toEqual(
    specifications.toSorted(),
  );
});

test('the index shows the charts that have a name for it, in the order of the registry', () => {
  const page = indexPage({ publication: 1, run: 1, previous: null, decidedThrough: 1 }, []);
  expect(
    [...page.matchAll(/<img src="00000001\/([\w-]+)\.svg"[^>]*data-title="([^"]*)"/g)].map((match) =>
      match.slice(1),
    ),
  ).toEqual(
    CHART_NAMES.flatMap((name) => {
      const { onIndex } = CHARTS[name];
      return onIndex === undefined ? [] : [[name, onIndex]];
    }),
  );
});

test('no other file contains the name of a chart', () => {
  const names = new RegExp(
    `['"/](?:${CHART_NAMES.filter((name) => name.includes('-') || name === 'lorenz').join('|')})\\b`,
  );
  expect(names.test("'top-products'")).toBe(true);
  const others = globSync('{bin,lib,lambdas,local}/**/*.ts', { cwd: ROOT }).filter(
    (path) => !path.startsWith(CHARTS_DIRECTORY),
  );
  expect(others.length).toBeGreaterThan(100);
  expect(others.filter((path) => names.test(read(path))).map((path) => basename(path))).toEqual([]);
});

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CURRENT_KEY, chartsOf, manifestKey } from '../../lambdas/shared/keys.ts';
import { toJson } from '../../lambdas/shared/lake.ts';
import { exportRun } from '../../local/export.ts';
import { sampleRun } from '../lambdas/samples.ts';
import { type FakeS3, startFakeS3 } from './fake-s3.ts';

/** The served run is 2; of run 1 there are a manifest and a chart that must not be copied. */
const FILES: Readonly<Record<string, string>> = {
  'recommendations.csv': 'user,product\nann,lamp\n',
  'graph/vertices.csv': 'id\nu:ann\n',
  'compacted/part-00000.parquet': 'sales',
};
const keyOf = (name: string): string => `runs/00000002/00000001/${name}`;
const manifestOf = (run: number) => ({
  ...sampleRun(run).manifest,
  files: Object.entries(FILES).map(([name, text]) => ({
    name,
    key: keyOf(name),
    sizeBytes: text.length,
    rows: 1,
    sha256: createHash('sha256').update(text).digest('hex'),
  })),
});

let objects: Map<string, string>;
let s3: FakeS3;
let directory: string;

beforeEach(async () => {
  objects = new Map([
    [CURRENT_KEY, toJson({ publication: 2, run: 2, previous: 1, decidedThrough: 2 })],
    [manifestKey(1), toJson(manifestOf(1))],
    [manifestKey(2), toJson(manifestOf(2))],
    [`${chartsOf(1)}index.html`, 'old'],
    [`${chartsOf(2)}index.html`, '<h1>'],
    [`${chartsOf(2)}degrees.svg`, '<svg>'],
    [`${chartsOf(2)}degrees.png`, 'png'],
    ...Object.entries(FILES).map(([name, text]) => [keyOf(name), text] as const),
  ]);
  s3 = await startFakeS3(objects);
  directory = mkdtempSync(join(tmpdir(), 'cartograph-export-'));
});
afterEach(async () => {
  await s3.stop();
  rmSync(directory, { recursive: true, force: true });
});

const run = (to = directory): Promise<number> => exportRun(s3.endpoint, 'lake', to);
const copied = (): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();

test('the served run is copied by the names of its manifest, with its charts, without the sales', async () => {
  expect(await run()).toBe(6);
  expect(copied()).toEqual([
    'charts/degrees.png',
    'charts/degrees.svg',
    'charts/index.html',
    'graph/vertices.csv',
    'manifest.json',
    'recommendations.csv',
  ]);
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  expect(read('recommendations.csv')).toBe(FILES['recommendations.csv']);
  expect(JSON.parse(read('manifest.json')).run).toBe(2);
  expect(read('charts/index.html')).toBe('<h1>');
});

test('the directory is made, and exporting again changes nothing', async () => {
  const deeper = join(directory, 'a', 'b');
  expect(await run(deeper)).toBe(await run(deeper));
  expect(existsSync(join(deeper, 'manifest.json'))).toBe(true);
});

test('a file whose bytes are not those of the manifest is an error that names it', async () => {
  objects.set(keyOf('graph/vertices.csv'), 'id\nu:bob\n');
  await expect(run()).rejects.toThrow(
    `Cannot export ${keyOf('graph/vertices.csv')}: its bytes are not those that the manifest names`,
  );
});

test('while no run is served there is nothing to export', async () => {
  objects.delete(CURRENT_KEY);
  await expect(run()).rejects.toThrow(`Cannot export to ${directory}: no run is served yet`);
  objects.set(CURRENT_KEY, toJson({ publication: 1, run: null, previous: null, decidedThrough: 1 }));
  await expect(run()).rejects.toThrow('no run is served yet');
  expect(copied()).toEqual([]);
});

test('a served run without a manifest is an error that says so', async () => {
  objects.delete(manifestKey(2));
  await expect(run()).rejects.toThrow('Cannot export run 2: it has no manifest');
});

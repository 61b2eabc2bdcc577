import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CURRENT_KEY, chartsOf, manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { createPersonIds } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { exportRun } from '../../../local/results/export.ts';
import { createReveal, type Reveal } from '../../../local/results/reveal.ts';
import { sampleRun } from '../../lambdas/samples.ts';
import { type FakeS3, startFakeS3 } from '../stack/fake-s3.ts';

/** Run 2 is served. The manifest and the chart of run 1 must not be copied. */
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

const run = (to = directory, reveal?: Reveal): Promise<number> =>
  exportRun({ endpoint: s3.endpoint, bucket: 'lake' }, to, reveal);
const copied = (): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();

test('the files that the manifest of the served run lists and its charts are copied, without the sales', async () => {
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

test('the directory is created, and a second export changes nothing', async () => {
  const deeper = join(directory, 'a', 'b');
  expect(await run(deeper)).toBe(await run(deeper));
  expect(existsSync(join(deeper, 'manifest.json'))).toBe(true);
});

test('a file that differs from its hash in the manifest is an error that names it', async () => {
  objects.set(keyOf('graph/vertices.csv'), 'id\nu:bob\n');
  await expect(run()).rejects.toThrow(
    `Cannot export ${keyOf('graph/vertices.csv')}: its hash differs from the one in the manifest`,
  );
});

test('nothing is exported while no run is served', async () => {
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

/** Names next to the exported directory that start like its temporary directories. */
const leftovers = (): string[] =>
  readdirSync(dirname(directory)).filter((name) => name.startsWith(`.${basename(directory)}`));

/** Serves run 3, whose files and charts differ from those of run 2. */
function serveRun3(): void {
  const { 'recommendations.csv': _, ...rest } = FILES;
  objects.set(CURRENT_KEY, toJson({ publication: 3, run: 3, previous: 2, decidedThrough: 3 }));
  const files = manifestOf(3).files.filter(({ name }) => name in rest);
  objects.set(manifestKey(3), toJson({ ...manifestOf(3), files }));
  objects.set(`${chartsOf(3)}index.html`, '<h2>');
}

test('a later run replaces an earlier export, of which no file stays', async () => {
  await run();
  serveRun3();
  expect(await run()).toBe(3);
  expect(copied()).toEqual(['charts/index.html', 'graph/vertices.csv', 'manifest.json']);
  expect(JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')).run).toBe(3);
  expect(leftovers()).toEqual([]);
});

test('an export that fails half-way leaves an earlier export unchanged, and creates no new directory', async () => {
  await run();
  const before = copied();
  serveRun3();
  objects.set(keyOf('graph/vertices.csv'), 'id\nu:bob\n');
  await expect(run()).rejects.toThrow('its hash differs from the one in the manifest');
  expect(copied()).toEqual(before);
  expect(JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')).run).toBe(2);
  const newDirectory = join(directory, '..', `${basename(directory)}-new`);
  await expect(run(newDirectory)).rejects.toThrow('its hash differs');
  expect(existsSync(newDirectory)).toBe(false);
  expect(leftovers()).toEqual([]);
});

test.each([
  ['thesis.doc', 'no export', {}],
  ['notes/mine.txt', "a user's file in an earlier export", undefined],
  ['charts/holiday.png', 'pictures of another program', { name: 'a browser extension' }],
])('a directory with %s (%s) is refused and not touched', async (name, _, manifest) => {
  if (manifest === undefined) await run();
  else if ('name' in manifest) writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest));
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  writeFileSync(join(directory, name), 'precious');
  const before = copied();
  await expect(run()).rejects.toThrow(
    /^Cannot export to .*: it holds .*, which is not part of an earlier export; it should/,
  );
  expect(copied()).toEqual(before);
  expect(readFileSync(join(directory, name), 'utf8')).toBe('precious');
});

test('an export whose parent directory is not writable is an error that says so', async () => {
  writeFileSync(join(directory, 'file'), '');
  const below = join(directory, 'file', 'out');
  await expect(run(below)).rejects.toThrow(
    /^Cannot export to .*out: E.*; its parent directory should be writable/,
  );
});

test('an export to a file is refused', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  await expect(run(file)).rejects.toThrow(`Cannot export to ${file}: it is a file; it should be`);
});

test('a link to a directory stays a link', async () => {
  const [target, link] = [join(directory, 'target'), join(directory, 'link')];
  mkdirSync(target);
  symlinkSync(target, link);
  await run(link);
  await run(link);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(existsSync(join(target, 'manifest.json'))).toBe(true);
});

test('revealed users are in the copies alone; the export says which files differ from the manifest', async () => {
  const persons = createPersonIds('keyed', createPersonKey('a secret of a small shop, with 40 letters'));
  if (persons.mode === 'plain') throw new Error('ids should be keyed');
  const [ann, bob] = [persons.stored('ann'), persons.stored('bob')];
  const stored = `user,product\n${ann},lamp\n${bob},lamp\n`;
  objects.set(keyOf('recommendations.csv'), stored);
  const files = manifestOf(2).files.map((file) => ({
    ...file,
    ...(file.name === 'recommendations.csv' && {
      sha256: createHash('sha256').update(stored).digest('hex'),
    }),
  }));
  objects.set(manifestKey(2), toJson({ ...manifestOf(2), files }));
  const reveal = createReveal(['ann', 'zoe'], persons);
  expect(await run(directory, reveal)).toBe(7);
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  const revealed = `user,product\nann,lamp\n${bob},lamp\n`;
  expect(read('recommendations.csv')).toBe(revealed);
  expect(objects.get(keyOf('recommendations.csv'))).toBe(stored);
  const { users, files: changed } = JSON.parse(read('revealed.json'));
  expect(users).toEqual({ revealed: 1, others: 2 });
  expect(changed).toContainEqual({
    name: 'recommendations.csv',
    sizeBytes: revealed.length,
    sha256: createHash('sha256').update(revealed).digest('hex'),
  });
  await run();
  expect(copied()).not.toContain('revealed.json');
});

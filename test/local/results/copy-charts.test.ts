import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CURRENT_KEY, chartsOf, INDEX_KEY } from '../../../lambdas/shared/contract/keys.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import { copyCharts, presignCharts } from '../../../local/results/copy-charts.ts';
import { awsClient } from '../../../local/stack/emulator.ts';
import { type FakeS3, startFakeS3 } from '../stack/fake-s3.ts';

/** Run 2 is served. Run 3 has charts and is not served. */
let objects: Map<string, string>;
let s3: FakeS3;
let directory: string;

beforeEach(async () => {
  objects = new Map([
    [CURRENT_KEY, toJson({ publication: 2, run: 2, previous: 1, decidedThrough: 2 })],
    [INDEX_KEY, '<a href="00000002/index.html"><img src="00000002/degrees.svg"></a>'],
    [`${chartsOf(2)}degrees.png`, 'png'],
    [`${chartsOf(2)}degrees.svg`, '<svg>'],
    [`${chartsOf(2)}index.html`, '<a href="../index.html">'],
    [`${chartsOf(3)}index.html`, 'not served'],
  ]);
  s3 = await startFakeS3(objects);
  directory = mkdtempSync(join(tmpdir(), 'cartograph-charts-'));
});
afterEach(async () => {
  await s3.stop();
  rmSync(directory, { recursive: true, force: true });
});

const source = () => ({ client: new S3Client(awsClient(s3.endpoint)), bucket: 'lake' });

test('the page of the served run, its pictures and the index are copied, and their links work on disk', async () => {
  const page = await copyCharts(source(), join(directory, 'new'));
  expect(page).toBe(join(directory, 'new', 'charts', '00000002', 'index.html'));
  const copied = readdirSync(join(directory, 'new'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('.'),
  );
  expect(copied.sort()).toEqual([
    'charts/00000002/degrees.png',
    'charts/00000002/degrees.svg',
    'charts/00000002/index.html',
    'charts/index.html',
  ]);
  for (const [from, link] of [
    [page, '../index.html'],
    [join(directory, 'new', 'charts', 'index.html'), '00000002/degrees.svg'],
  ] as const) {
    expect(readFileSync(from, 'utf8')).toContain(`"${link}"`);
    expect(existsSync(join(dirname(from), link))).toBe(true);
  }
});

test('without an index, the page of the run is still copied', async () => {
  objects.delete(INDEX_KEY);
  expect(existsSync(await copyCharts(source(), directory))).toBe(true);
});

test('the address of the page is first; every address has a lifetime and a signature', async () => {
  const urls = (await presignCharts(source())).map((url) => new URL(url));
  expect(urls.map(({ pathname }) => pathname)).toEqual([
    '/lake/charts/00000002/index.html',
    '/lake/charts/00000002/degrees.png',
    '/lake/charts/00000002/degrees.svg',
  ]);
  for (const url of urls) {
    expect(url.searchParams.get('X-Amz-Expires')).toBe('3600');
    expect(url.searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
  }
});

test('the error says that no run is served, or that its charts are not drawn yet', async () => {
  objects.delete(`${chartsOf(2)}index.html`);
  await expect(copyCharts(source(), directory)).rejects.toThrow('Cannot show charts: run 2 is not drawn yet');
  objects.delete(CURRENT_KEY);
  await expect(copyCharts(source(), directory)).rejects.toThrow('Cannot show charts: no run is served yet');
  expect(readdirSync(directory)).toEqual([]);
});

test('a key that points outside the directory is refused', async () => {
  objects.set(`${chartsOf(2)}../../../evil.svg`, 'x');
  await expect(copyCharts(source(), directory)).rejects.toThrow('it points outside');
});

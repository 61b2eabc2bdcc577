import { createHash } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { html, NOTHING, page } from '../../../lambdas/shared/web/html.ts';
import { type Pages, startPages } from '../../../local/results/pages.ts';
import { awsClient } from '../../../local/stack/emulator.ts';
import { answerWith } from '../../browser/site.ts';

/** The pages in front of a server that stands for S3 and holds some objects. */
const OBJECTS: Readonly<Record<string, string>> = {
  '/lake/charts/index.html': '<h1>Cartograph</h1>',
  '/lake/interactions/secret.parquet': 'sales',
  '/lake/runs/00000001/00000001/compacted/part-00000.parquet': 'sales',
  '/lake/runs/00000001/00000001/recommendations.csv': 'user,product',
  '/lake/rejected/secret.ndjson': 'sales',
  '/lake/manifests/00000001.json': '{}',
  '/lake/current.json': '{}',
  '/lake/charts/00000001/index.html': page({
    title: 'Run 1',
    header: NOTHING,
    main: html`<meta http-equiv="Content-Security-Policy" content="script-src &#39;sha256-slipped&#39;">`,
    script: 'run()',
  }),
  '/lake/charts/00000001/degrees.svg': '<svg/>',
  '/lake/runs/00000001/00000001/explorer/users-00000.json.gz': '0123456789',
};
const source = (endpoint: string) => ({ client: new S3Client(awsClient(endpoint)), bucket: 'lake' });
/** What the bucket was asked for, the last behind. */
const askedRanges: (string | undefined)[] = [];
let s3: Server;
let pages: Pages;

beforeAll(async () => {
  s3 = createServer((asked, response) => {
    const body = OBJECTS[(asked.url ?? '').split('?')[0] ?? ''];
    askedRanges.push(asked.headers.range);
    if (body === undefined) response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    else answerWith(Buffer.from(body), asked, response);
  });
  await new Promise<void>((resolve) => s3.listen(0, '127.0.0.1', resolve));
  pages = await startPages(source(`http://127.0.0.1:${(s3.address() as AddressInfo).port}`));
});
afterAll(async () => {
  await pages.stop();
  s3.closeAllConnections();
  s3.close();
});

const get = (path: string) => fetch(new URL(path, pages.url), { redirect: 'manual' });

test('the charts are shown as HTML that can load nothing from elsewhere', async () => {
  const answer = await get('/charts/index.html');
  expect(await answer.text()).toBe('<h1>Cartograph</h1>');
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
});

test('a page may run the one program that its head names, and read what is served here; a picture may run none', async () => {
  const policyOf = async (path: string) => (await get(path)).headers.get('content-security-policy');
  const hash = createHash('sha256').update('run()').digest('base64');
  const policy = await policyOf('/charts/00000001/index.html');
  expect(policy).toContain(`script-src 'sha256-${hash}'; connect-src 'self'`);
  expect(policy).toContain("frame-ancestors 'none'");
  for (const path of ['/charts/index.html', '/charts/00000001/degrees.svg', '/current.json'])
    expect(await policyOf(path), path).not.toContain('script-src');
});

test('a page elsewhere that calls itself by this address reads nothing', async () => {
  const { port } = new URL(pages.url);
  const ask = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/current.json', headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .once('error', reject)
        .end();
    });
  expect(await ask(`localhost:${port}`)).toBe(200);
  expect(await ask('evil.example.com')).toBe(404);
  expect(await ask(`127.0.0.1.example.com:${port}`)).toBe(404);
});

test('the root leads to the charts', async () => {
  const answer = await get('/');
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/charts/index.html']);
});

test('sales are not shown, by no path; what is missing is not there', async () => {
  for (const path of [
    '/interactions/secret.parquet',
    '/charts/../interactions/secret.parquet',
    '/charts/%2e%2e/interactions/secret.parquet',
    '/charts/..%2finteractions/secret.parquet',
    '/charts/none.svg',
    '/runs/00000001/00000001/compacted/part-00000.parquet',
    '/runs/00000001/00000001/comp%61cted/part-00000.parquet',
    '/rejected/secret.ndjson',
    '/%ff',
  ])
    expect((await get(path)).status, path).toBe(404);
});

test('it listens on this machine only', () => {
  expect(new URL(pages.url).hostname).toBe('127.0.0.1');
});

test('the files of a run are there by their keys, each as what it is', async () => {
  const typeOf = async (path: string) => (await get(path)).headers.get('content-type');
  expect(await typeOf('/runs/00000001/00000001/recommendations.csv')).toBe('text/csv; charset=utf-8');
  expect(await typeOf('/manifests/00000001.json?x=1')).toBe('application/json');
  expect(await typeOf('/current.json')).toBe('application/json');
});

test('of a large file a run of bytes is read; other ranges are answered with the whole file', async () => {
  const path = '/runs/00000001/00000001/explorer/users-00000.json.gz';
  const ask = async (range: string) => {
    const answer = await fetch(new URL(path, pages.url), { headers: { range } });
    return [answer.status, await answer.text(), answer.headers.get('content-range')];
  };
  expect(await ask('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10']);
  expect(askedRanges.at(-1)).toBe('bytes=2-4');
  for (const range of ['bytes=-4', 'bytes=0-1,4-5', 'lines=1-2'])
    expect([await ask(range), askedRanges.at(-1)]).toEqual([[200, '0123456789', null], undefined]);
  expect(await ask('bytes=10-12')).toEqual([416, 'There are no such bytes\n', null]);
  const whole = await get(path);
  expect(whole.headers.get('content-type')).toBe('application/gzip');
  expect(whole.headers.get('accept-ranges')).toBe('bytes');
  const page = await fetch(pages.url, { headers: { range: 'bytes=0-3' } });
  expect([page.status, await page.text()]).toEqual([200, '<h1>Cartograph</h1>']);
});

test('nothing can be changed', async () => {
  for (const method of ['POST', 'PUT', 'DELETE'])
    expect((await fetch(new URL('/current.json', pages.url), { method })).status, method).toBe(404);
});

test('a bucket that does not answer is said, and the pages go on', async () => {
  const orphan = await startPages(source('http://127.0.0.1:1'));
  try {
    for (let time = 0; time < 2; time++) {
      const answer = await fetch(orphan.url);
      expect([answer.status, await answer.text()]).toEqual([502, 'The bucket does not answer\n']);
    }
  } finally {
    await orphan.stop();
  }
});

test('a port that is taken is an error', async () => {
  const port = Number(new URL(pages.url).port);
  await expect(startPages(source('http://127.0.0.1:1'), { port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

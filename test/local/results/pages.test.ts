import { createHash } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { html, NOTHING, page } from '../../../lambdas/shared/web/html.ts';
import { type Pages, startPages } from '../../../local/results/pages.ts';
import { awsClient } from '../../../local/stack/emulator.ts';
import { answerWith } from '../../browser/site.ts';

/** The server of the pages, with a server in place of S3 that has these objects. */
const OBJECTS: Readonly<Record<string, string>> = {
  '/lake/charts/index.html': '<h1>Cartograph</h1>',
  '/lake/interactions/secret.parquet': 'sales',
  '/lake/runs/00000001/00000001/compacted/part-00000.parquet': 'sales',
  '/lake/runs/00000001/00000001/model/histories-00000.json.gz': 'sales',
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
/** The range of each request to the bucket, oldest first. */
const requestedRanges: (string | undefined)[] = [];
let s3: Server;
let pages: Pages;

beforeAll(async () => {
  s3 = createServer((incoming, response) => {
    const body = OBJECTS[(incoming.url ?? '').split('?')[0] ?? ''];
    requestedRanges.push(incoming.headers.range);
    if (body === undefined) response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    else answerWith(Buffer.from(body), incoming, response);
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

test('the charts are served as HTML that cannot load anything from other sites', async () => {
  const answer = await get('/charts/index.html');
  expect(await answer.text()).toBe('<h1>Cartograph</h1>');
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
});

test('a page may run the one script of its head and read from this server; a picture may run no script', async () => {
  const policyOf = async (path: string) => (await get(path)).headers.get('content-security-policy');
  const hash = createHash('sha256').update('run()').digest('base64');
  const policy = await policyOf('/charts/00000001/index.html');
  expect(policy).toContain(`script-src 'sha256-${hash}'; connect-src 'self'`);
  expect(policy).toContain("frame-ancestors 'none'");
  for (const path of ['/charts/index.html', '/charts/00000001/degrees.svg', '/current.json'])
    expect(await policyOf(path), path).not.toContain('script-src');
});

test('a foreign site whose name resolves to this address cannot read anything', async () => {
  const { port } = new URL(pages.url);
  const statusFor = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/current.json', headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .once('error', reject)
        .end();
    });
  expect(await statusFor(`localhost:${port}`)).toBe(200);
  expect(await statusFor('evil.example.com')).toBe(404);
  expect(await statusFor(`127.0.0.1.example.com:${port}`)).toBe(404);
});

test('the root redirects to the charts', async () => {
  const answer = await get('/');
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/charts/index.html']);
});

test('no path leads to the sales; a missing object is not found', async () => {
  for (const path of [
    '/interactions/secret.parquet',
    '/charts/../interactions/secret.parquet',
    '/charts/%2e%2e/interactions/secret.parquet',
    '/charts/..%2finteractions/secret.parquet',
    '/charts/none.svg',
    '/runs/00000001/00000001/compacted/part-00000.parquet',
    '/runs/00000001/00000001/comp%61cted/part-00000.parquet',
    '/runs/00000001/00000001/model/histories-00000.json.gz',
    '/rejected/secret.ndjson',
    '/%ff',
  ])
    expect((await get(path)).status, path).toBe(404);
});

test('it listens on this machine only', () => {
  expect(new URL(pages.url).hostname).toBe('127.0.0.1');
});

test('the files of a run are served by their keys, each with its content type', async () => {
  const typeOf = async (path: string) => (await get(path)).headers.get('content-type');
  expect(await typeOf('/runs/00000001/00000001/recommendations.csv')).toBe('text/csv; charset=utf-8');
  expect(await typeOf('/manifests/00000001.json?x=1')).toBe('application/json');
  expect(await typeOf('/current.json')).toBe('application/json');
});

test('one range of bytes is answered with these bytes; other ranges with the whole file', async () => {
  const path = '/runs/00000001/00000001/explorer/users-00000.json.gz';
  const read = async (range: string) => {
    const answer = await fetch(new URL(path, pages.url), { headers: { range } });
    return [answer.status, await answer.text(), answer.headers.get('content-range')];
  };
  expect(await read('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10']);
  expect(requestedRanges.at(-1)).toBe('bytes=2-4');
  for (const range of ['bytes=-4', 'bytes=0-1,4-5', 'lines=1-2'])
    expect([await read(range), requestedRanges.at(-1)]).toEqual([[200, '0123456789', null], undefined]);
  expect(await read('bytes=10-12')).toEqual([416, 'The range is outside the file\n', null]);
  const whole = await get(path);
  expect(whole.headers.get('content-type')).toBe('application/gzip');
  expect(whole.headers.get('accept-ranges')).toBe('bytes');
  const page = await fetch(pages.url, { headers: { range: 'bytes=0-3' } });
  expect([page.status, await page.text()]).toEqual([200, '<h1>Cartograph</h1>']);
});

test('the server is read-only', async () => {
  for (const method of ['POST', 'PUT', 'DELETE'])
    expect((await fetch(new URL('/current.json', pages.url), { method })).status, method).toBe(404);
});

test('a bucket that does not answer is reported, and the server keeps running', async () => {
  const withoutBucket = await startPages(source('http://127.0.0.1:1'));
  try {
    for (let time = 0; time < 2; time++) {
      const answer = await fetch(withoutBucket.url);
      expect([answer.status, await answer.text()]).toEqual([502, 'The bucket does not answer\n']);
    }
  } finally {
    await withoutBucket.stop();
  }
});

test('a port that is in use is an error', async () => {
  const port = Number(new URL(pages.url).port);
  await expect(startPages(source('http://127.0.0.1:1'), { port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('a page may ask this server for a user, which asks the API; nothing else is asked', async () => {
  const asked: string[] = [];
  const api = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    response.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"status":404}');
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  let isReady = false;
  const withApi = await startPages(source('http://127.0.0.1:1'), {
    apiUrl: () => (isReady ? apiUrl : undefined),
  });
  const ask = (path: string, init?: RequestInit) => fetch(new URL(path, withApi.url), init);
  try {
    expect((await ask('/v1/users/ann/explorer')).status).toBe(404);
    isReady = true;
    const answer = await ask('/v1/users/a%2Fb%20c/explorer');
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      404,
      'application/problem+json',
      '{"status":404}',
    ]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    await ask('/v1/users/ann/explorer', { method: 'POST' });
    for (const path of ['/v1/users/ann/history', '/v1/users/ann/explorer/x', '/v1/users//explorer'])
      expect((await ask(path)).status, path).toBe(404);
    expect(asked).toEqual(['GET /v1/users/a%2Fb%20c/explorer']);
  } finally {
    await withApi.stop();
    api.closeAllConnections();
    api.close();
  }
});

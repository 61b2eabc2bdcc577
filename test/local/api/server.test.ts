import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../../lambdas/shared/http/body.ts';
import { showDocs } from '../../../local/api/docs-page.ts';
import { type LocalApi, startApi } from '../../../local/api/server.ts';
import { openShop } from '../../lambdas/serve/shop.ts';

const shop = openShop();
let api: LocalApi;

beforeAll(async () => {
  api = await startApi({
    stages: {
      serve: (event) => shop.router(event, { log: shop.sources.log, authorisation: { auth: 'none' } }),
    },
    show: showDocs,
    origins: ['http://127.0.0.1:8080'],
  });
});
afterAll(() => api.stop());

const get = (path: string, init: RequestInit = {}) => fetch(`${api.url}${path}`, init);

describe('startApi', () => {
  test('answers the routes of a stage', async () => {
    const response = await get('/v1/users/ann/recommendations?list=new&n=1');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const { user, products } = (await response.json()) as { user: string; products: { product: string }[] };
    expect([user, products[0]?.product]).toEqual(['ann', 'floor']);
    const etag = response.headers.get('etag') ?? '';
    const again = await get('/v1/users/ann/recommendations?list=new&n=1', {
      headers: { 'if-none-match': etag },
    });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  test.each(['a%2Fb', '%F0%9F%A6%86', '__proto__', '~YS9i'])('reads the id %s in a path', async (segment) => {
    const response = await get(`/v1/products/${segment}/similar`);
    expect(response.status).toBe(200);
    const { product } = (await response.json()) as { product: string };
    expect(['a/b', '🦆', '__proto__']).toContain(product);
  });

  test('answers HEAD, OPTIONS, other methods and unknown paths', async () => {
    const head = await get('/v1/popular', { method: 'HEAD' });
    expect([head.status, head.headers.get('etag')?.length]).toEqual([200, 24]);
    expect((await get('/v1/popular', { method: 'OPTIONS' })).headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    const wrong = await get('/v1/popular', { method: 'POST' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect((await get('/v1/nothing')).status).toBe(404);
    expect((await get('/')).status).toBe(404);
    const elsewhere = await get('/v1/sales', { method: 'POST', body: '{}' });
    expect([elsewhere.status, ((await elsewhere.json()) as { detail: string }).detail]).toEqual([
      503,
      'The stage collect does not run here',
    ]);
  });

  test('refuses a path that is not percent-encoded UTF-8, with the reason', async () => {
    const response = await get('/v1/users/%ff/history');
    expect(response.status).toBe(400);
    expect(((await response.json()) as { detail: string }).detail).toBe(
      'the path: is "/v1/users/%ff/history", should be percent-encoded UTF-8',
    );
  });

  test('refuses a body of 10 MB with the reason, although it was sent whole', async () => {
    const body = 'x'.repeat(10 * MAX_BODY_BYTES);
    const response = await get('/v1/recommendations', { method: 'POST', body });
    expect(response.status).toBe(413);
    expect(((await response.json()) as { detail: string }).detail).toContain(`at most ${MAX_BODY_BYTES}`);
    // The connection, or another one, still answers.
    expect((await get('/v1/health')).status).toBe(200);
  });

  test('refuses a history of 100,000 products, however short they are', async () => {
    const history = Array.from({ length: 100_000 }, () => ({ product: 'p' }));
    const headers = { 'content-type': 'application/json' };
    const post = (body: string) => get('/v1/recommendations', { method: 'POST', body, headers });
    const response = await post(JSON.stringify({ history }));
    expect(response.status).toBe(413);
    const shorter = JSON.stringify({ history: history.slice(0, 50_000) });
    expect(shorter.length).toBeLessThan(MAX_BODY_BYTES);
    const refused = await post(shorter);
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      400,
      'history: is an array of 50000, should be at most 10,000 elements',
    ]);
  });

  test('answers only requests that name this machine as their host', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(api.url);
      httpRequest({ host: '127.0.0.1', port, path: '/v1/health', headers: { host: 'evil.example' } })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test('lets only its own pages and those of the given origins call it', async () => {
    const from = (origin: string, method = 'GET') => get('/v1/popular', { method, headers: { origin } });
    expect((await from('https://evil.example')).status).toBe(403);
    expect((await from('null')).status).toBe(403);
    expect((await from(api.url)).status).toBe(200);
    const allowed = await from('http://127.0.0.1:8080');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'http://127.0.0.1:8080',
    ]);
    const preflight = await from('http://127.0.0.1:8080', 'OPTIONS');
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'GET, POST, PUT, DELETE',
    ]);
  });

  test('shows the document with a viewer whose files all come from this server', async () => {
    const page = await get('/v1/docs');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file = '']) => file);
    expect(files.length).toBe(3);
    for (const file of files) expect((await get(file)).status).toBe(200);
    expect(html).not.toMatch(/https?:/);
    expect((await get('/v1/docs/../../package.json')).status).toBe(404);
  });
});

import { expect, test } from 'vitest';
import { withShop } from '../../../../lambdas/serve/shop/router.ts';
import type { Router } from '../../../../lambdas/shared/http/router.ts';

const PARTS = { log: undefined, authorisation: { auth: 'jwt' } } as unknown as Parameters<Router>[1];
const API = { statusCode: 418, headers: {}, body: '', isBase64Encoded: false } as const;
const api: Router = async () => API;
const SIGN_IN = { issuer: 'https://login.example', clientId: 'page', scopes: [] };

const ask = (router: Router, routeKey: string) => router({ routeKey, headers: {} }, PARTS);

test('the page is at its own route, and the API answers every other', async () => {
  const router = withShop(api, SIGN_IN);
  expect((await ask(router, 'GET /shop')).body).toContain('"clientId":"page"');
  expect(await ask(router, 'GET /v1/popular')).toBe(API);
  expect(await router(undefined, PARTS)).toBe(API);
});

test('without settings there is no page', async () => {
  expect(await ask(withShop(api, undefined), 'GET /shop')).toBe(API);
});

import { expect, test } from 'vitest';
import { SHOP_ROUTE } from '../../../../lambdas/serve/shop/address.ts';
import { createShopRoutes } from '../../../../lambdas/serve/shop/routes.ts';
import { shopPage } from '../../../../lambdas/serve/shop/shop-page.ts';

const policyOf = (body: string): string =>
  /Content-Security-Policy" content="([^"]*)"/.exec(body)?.[1]?.replaceAll('&#39;', "'") ?? '';

const SIGN_IN = { issuer: 'https://login.example/pool', clientId: 'page', scopes: ['a'] };

test('on one machine the page may only ask its own server, and no page may embed it', () => {
  const answer = createShopRoutes({ users: [] })[SHOP_ROUTE]({ headers: {} });
  expect(answer.statusCode).toBe(200);
  expect(policyOf(answer.body)).toMatch(/default-src 'none';.*connect-src 'self'$/);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
});

test('with sign-in it may also ask the issuer, at the origin of its endpoint for tokens', () => {
  expect(policyOf(shopPage({ users: [], signIn: SIGN_IN }))).toMatch(
    /connect-src 'self' https:\/\/login\.example$/,
  );
  const endpoints = { authorization: 'https://pool.example/authorize', token: 'https://pool.example/token' };
  expect(policyOf(shopPage({ users: [], signIn: { ...SIGN_IN, endpoints } }))).toMatch(
    /connect-src 'self' https:\/\/pool\.example$/,
  );
});

test('a browser that has the page already is answered without it', () => {
  const routes = createShopRoutes({ users: ['ann'] });
  const { etag = '' } = routes[SHOP_ROUTE]({ headers: {} }).headers;
  expect(routes[SHOP_ROUTE]({ headers: { 'if-none-match': etag } })).toMatchObject({
    statusCode: 304,
    body: '',
  });
  const { etag: other } = createShopRoutes({ users: ['bob'] })[SHOP_ROUTE]({ headers: {} }).headers;
  expect(other).not.toBe(etag);
});

test('ids and links are text, whatever they contain', () => {
  const attack = '</script><script>alert(1)</script>';
  const body = shopPage({ users: [attack], links: [{ href: '/"x', text: attack }] });
  expect(body).not.toContain(attack);
  expect(body).toContain('href="/&quot;x"');
});

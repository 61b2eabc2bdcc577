import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { challengeOf } from '../../../../lambdas/client/shop/pkce.ts';
import {
  beginSignIn,
  claimOf,
  endSignIn,
  type SignInBrowser,
} from '../../../../lambdas/client/shop/sign-in.ts';
import type { SignInSettings } from '../../../../lambdas/shared/web/shop-settings.ts';

const ISSUER = 'https://login.example/pool';
const PAGE = 'https://shop.example/shop';
const SETTINGS: SignInSettings = { issuer: ISSUER, clientId: 'page', scopes: ['sales:write', 'openid'] };

/** An issuer that gives a code for a question, and a token for the code and the verifier of that question. */
class FakeIssuer {
  readonly requests: { readonly url: string; readonly body: string }[] = [];
  document: Record<string, unknown> = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize?tenant=1`,
    token_endpoint: `${ISSUER}/token`,
  };
  private challenge = '';

  /** Signs the reader in; returns the address that the browser comes back to. */
  authorise(address: string): string {
    const query = new URL(address).searchParams;
    this.challenge = query.get('code_challenge') ?? '';
    return `${query.get('redirect_uri')}?code=c1&state=${query.get('state')}&iss=${encodeURIComponent(ISSUER)}`;
  }

  readonly fetch = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const body = String(init.body ?? '');
    this.requests.push({ url: String(url), body });
    if (String(url).endsWith('openid-configuration')) return Response.json(this.document);
    const form = new URLSearchParams(body);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    return form.get('code') === 'c1' && challenge === this.challenge
      ? Response.json({ access_token: 'h.e30.s', token_type: 'Bearer', expires_in: 300 })
      : Response.json({ error: 'invalid_grant', error_description: 'wrong code' }, { status: 400 });
  };
}

/** A tab of a browser: what it stores, and its address. */
function tab(issuer: FakeIssuer, stored = new Map<string, string>()) {
  let counter = 0;
  const addresses: string[] = [];
  const at = (address: string): SignInBrowser => ({
    address,
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    },
    fetch: issuer.fetch,
    random: (count) => new Uint8Array(count).fill(++counter),
    replaceAddress: (shown) => void addresses.push(shown),
  });
  return { at, stored, addresses };
}

test('the challenge is that of the RFC', async () => {
  expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  );
});

test('a code is exchanged for a token, which is nowhere but in the result', async () => {
  const issuer = new FakeIssuer();
  const { at, stored, addresses } = tab(issuer);
  const address = new URL(await beginSignIn(SETTINGS, at(`${PAGE}?x=1#y`)));
  expect(Object.fromEntries(address.searchParams)).toEqual({
    tenant: '1',
    response_type: 'code',
    client_id: 'page',
    redirect_uri: PAGE,
    scope: 'sales:write openid',
    state: expect.stringMatching(/^[\w-]{32}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: 'S256',
  });
  const back = at(issuer.authorise(address.href));
  expect(await endSignIn(SETTINGS, back)).toEqual({ accessToken: 'h.e30.s' });
  expect([...stored]).toEqual([]);
  expect(addresses).toEqual([PAGE]);
  const form = Object.fromEntries(new URLSearchParams(issuer.requests.at(-1)?.body));
  expect(form).toEqual({
    grant_type: 'authorization_code',
    client_id: 'page',
    redirect_uri: PAGE,
    code: 'c1',
    code_verifier: expect.stringMatching(/^[\w-]{64}$/),
  });
});

test('without an answer of the issuer nobody is signed in, and a stored verifier is kept', async () => {
  const { at, stored } = tab(new FakeIssuer());
  await beginSignIn(SETTINGS, at(PAGE));
  expect(await endSignIn(SETTINGS, at(PAGE))).toBeUndefined();
  expect(stored.size).toBe(1);
});

test.each([
  ['a state that this tab did not make', (back: string) => back.replace(/state=[^&]*/, 'state=other')],
  ['no state', (back: string) => back.replace(/&state=[^&]*/, '')],
  ['another issuer', (back: string) => back.replace(/iss=.*/, 'iss=https%3A%2F%2Fevil.example')],
  ['a refusal', (back: string) => back.replace('code=c1', 'error=access_denied')],
])('an answer with %s is not exchanged, and its verifier is forgotten', async (_what, change) => {
  const issuer = new FakeIssuer();
  const { at, stored, addresses } = tab(issuer);
  const back = issuer.authorise(await beginSignIn(SETTINGS, at(PAGE)));
  await expect(endSignIn(SETTINGS, at(change(back)))).rejects.toThrow(/ign/);
  expect(issuer.requests.filter(({ url }) => url.endsWith('/token'))).toEqual([]);
  expect(stored.size).toBe(0);
  expect(addresses).toEqual([PAGE]);
});

test('an answer is used once, and only in the tab that asked', async () => {
  const issuer = new FakeIssuer();
  const { at } = tab(issuer);
  const back = issuer.authorise(await beginSignIn(SETTINGS, at(PAGE)));
  await expect(endSignIn(SETTINGS, tab(issuer).at(back))).rejects.toThrow('not started in this tab');
  await endSignIn(SETTINGS, at(back));
  await expect(endSignIn(SETTINGS, at(back))).rejects.toThrow('used before');
});

test('a code that the issuer does not take is explained in its words', async () => {
  const issuer = new FakeIssuer();
  const { at } = tab(issuer);
  const back = issuer.authorise(await beginSignIn(SETTINGS, at(PAGE)));
  await expect(endSignIn(SETTINGS, at(back.replace('code=c1', 'code=c2')))).rejects.toThrow(
    'did not sign you in: wrong code',
  );
});

test('a document of another issuer is refused', async () => {
  const issuer = new FakeIssuer();
  issuer.document = { ...issuer.document, issuer: 'https://evil.example' };
  await expect(beginSignIn(SETTINGS, tab(issuer).at(PAGE))).rejects.toThrow('of another issuer');
});

test('endpoints in the settings are used without asking for the document', async () => {
  const issuer = new FakeIssuer();
  const endpoints = { authorization: 'https://domain.example/login', token: `${ISSUER}/token` };
  const address = await beginSignIn({ ...SETTINGS, endpoints }, tab(issuer).at(PAGE));
  expect(address).toMatch(/^https:\/\/domain\.example\/login\?response_type=code&/);
  expect(issuer.requests).toEqual([]);
});

test('an issuer that does not answer is named', async () => {
  const browser = tab(new FakeIssuer()).at(PAGE);
  const away = { ...browser, fetch: () => Promise.reject(new TypeError('Failed to fetch')) };
  await expect(beginSignIn(SETTINGS, away)).rejects.toThrow('https://login.example does not answer');
});

test('a claim is read from a token for show, whatever letters it has', () => {
  const token = (payload: unknown) => ({
    accessToken: `h.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.s`,
  });
  expect(claimOf(token({ sub: 'Zoë/☃' }), 'sub')).toBe('Zoë/☃');
  expect(claimOf(token({ sub: 7 }), 'sub')).toBeUndefined();
  expect(claimOf({ accessToken: 'opaque' }, 'sub')).toBeUndefined();
});

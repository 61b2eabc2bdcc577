import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { indexPage } from '../../lambdas/publish/index-page.ts';
import { INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import type { ExplorerSettings } from '../../lambdas/shared/web/explorer-settings.ts';
import { pageKey, pagesPublication } from '../lambdas/pages-samples.ts';
import { describeInChromium } from './browsed.ts';
import { noBrowser, openPage, startBrowser } from './chromium.ts';
import { type Site, startSite } from './site.ts';

/** The explorer where the files of a run have pseudonyms: on one machine, on a page with sign-in, and on one without sign-in. */

const FIELD = 'Product (id or name), or the whole id of a user';
/** A user of the sample run takes the part of a pseudonym. */
const STORED = 'u0005';

let browser: Awaited<ReturnType<typeof startBrowser>>;
let site: Site;
let api: Server;
/** Requests to the API, in order. */
const asked: string[] = [];

/** The API's answer for `ann@example.com`, the only user that it knows. */
const ENTRY = {
  user: 'ann@example.com',
  run: { run: 2, newestSaleMs: 0 },
  products: 1,
  history: [{ product: 'p0001', times: 3, lastMs: 0 }],
  any: [{ product: 'p0002', because: [{ product: 'p0001', share: 1 }] }],
  new: [],
  names: [{ product: 'p0002', name: 'Oak table' }],
};
const PATH = '/v1/users/ann%40example.com/explorer';
const UNKNOWN = {
  type: 'urn:cartograph:problem:unknown-user',
  title: 'The user is not known',
  status: 404,
  detail: 'Run 2 does not know the user',
};

beforeAll(async () => {
  if (noBrowser !== undefined) return;
  api = createServer(({ url = '' }, response) => {
    asked.push(url);
    const isKnown = url === PATH;
    response
      .writeHead(isKnown ? 200 : 404, {
        'content-type': isKnown ? 'application/json' : 'application/problem+json',
      })
      .end(JSON.stringify(isKnown ? ENTRY : UNKNOWN));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  [browser, site] = await Promise.all([
    startBrowser(),
    startSite({ explorer: { stackName: 'Lamps' }, hasPseudonyms: true, apiUrl: () => apiUrl }),
  ]);
  for (const run of [1, 2]) await site.publish(run);
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
  api?.closeAllConnections();
  api?.close();
});

const ready = (page: Page) => page.getByText('Popular products:').waitFor();
const lookUp = async (page: Page, text: string) => {
  await page.getByLabel(FIELD).fill(text);
  await page.keyboard.press('Enter');
};

describeInChromium(() => {
  test('on one machine a user is asked for by the whole id, and shown under it', async () => {
    const { page, problems } = await openPage(browser, site.url(INDEX_KEY));
    await page.getByText('Users are shown under pseudonyms').waitFor();
    await ready(page);
    await page.getByText('Some users, by pseudonym:').waitFor();
    await lookUp(page, 'ann@example.com');
    await page.getByRole('heading', { name: 'User ann@example.com' }).waitFor();
    await page.getByRole('group', { name: 'Top picks' }).getByText('Oak table (p0002)').waitFor();
    await page.getByRole('heading', { name: 'Purchases, newest first' }).waitFor();
    expect(new Set(asked)).toEqual(new Set([PATH]));
    await lookUp(page, 'nobody');
    await page
      .getByText(
        'Run 2 has no product whose id, or a word in its name, begins with nobody. It has no user with the id nobody either.',
      )
      .waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  test('typed text is searched among products alone, without requests to the API', async () => {
    const { page } = await openPage(browser, site.url(INDEX_KEY));
    await ready(page);
    const before = asked.length;
    await page.getByLabel(FIELD).pressSequentially('u00');
    await page.getByText('Run 2 has no product whose id, or a word in its name, begins with u00.').waitFor();
    await page.getByLabel(FIELD).fill('tab');
    await page.getByText('4 products found.').waitFor();
    expect(asked.length).toBe(before);
    await page.close();
  });

  test('the graph of a run finds products by part of their names, and users by their whole pseudonym only', async () => {
    const { page } = await openPage(browser, site.url(pageKey(2)));
    const field = page.getByLabel('Find a product, or a user by the whole pseudonym');
    const results = page.getByRole('list', { name: 'Search results in the graph' }).getByRole('button');
    await field.fill(STORED.slice(0, 4));
    await page.getByText('Not found in this part of the graph.').waitFor();
    await field.fill(STORED);
    expect(await results.allTextContents()).toEqual([`${STORED} (user)`]);
    await field.fill('oak table');
    expect((await results.allTextContents()).length).toBeGreaterThan(0);
    await page.close();
  });
});

/** The public pages of a stack, its API and its issuer, none of which exists: the browser gets their answers from here. */
async function openAt(settings: ExplorerSettings, hash = '') {
  const current = { publication: 2, run: 2, previous: 1, decidedThrough: 2 };
  const html = indexPage(current, [pagesPublication(2), pagesPublication(1)], { explorer: settings });
  const context = await browser.newContext();
  const requests: { url: string; authorization: string | undefined }[] = [];
  let challenge = '';
  let status = 200;
  const json = (route: Route, code: number, body: unknown) =>
    route.fulfill({
      status: code,
      contentType: code === 404 ? 'application/problem+json' : 'application/json',
      headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization' },
      body: JSON.stringify(body),
    });
  await context.route('https://pages.example/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    const key = decodeURIComponent(pathname.slice(1));
    const bytes = key === INDEX_KEY ? Buffer.from(html) : site.lake.objects.get(key)?.bytes;
    if (!bytes) return route.fulfill({ status: 404, body: '' });
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(route.request().headers().range ?? '') ?? [];
    const body = first === undefined ? bytes : bytes.subarray(Number(first), Number(last) + 1);
    return route.fulfill({ status: first === undefined ? 200 : 206, body, ...contentTypeOf(key) });
  });
  await context.route('https://login.example/**', async (route) => {
    const url = new URL(route.request().url());
    if (url.pathname === '/authorize') {
      challenge = url.searchParams.get('code_challenge') ?? '';
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', 'code-1');
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      return route.fulfill({ status: 302, headers: { location: back.href } });
    }
    if (url.pathname !== '/token')
      return json(route, 200, {
        issuer: 'https://login.example',
        authorization_endpoint: 'https://login.example/authorize',
        token_endpoint: 'https://login.example/token',
      });
    const form = new URLSearchParams(route.request().postData() ?? '');
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    return verifier === challenge
      ? json(route, 200, { access_token: 'token-1', token_type: 'Bearer' })
      : json(route, 400, { error: 'invalid_grant' });
  });
  await context.route('https://api.example/**', async (route) => {
    if (route.request().method() === 'OPTIONS') return json(route, 200, {});
    requests.push({ url: route.request().url(), authorization: route.request().headers().authorization });
    if (status !== 200) return json(route, status, {});
    return route.request().url().endsWith(PATH) ? json(route, 200, ENTRY) : json(route, 404, UNKNOWN);
  });
  const page = await context.newPage();
  await page.goto(`https://pages.example/${INDEX_KEY}${hash}`);
  return { page, requests, context, refuse: (code: number) => (status = code) };
}

const contentTypeOf = (key: string) =>
  key.endsWith('.html')
    ? { contentType: 'text/html' }
    : key.endsWith('.svg')
      ? { contentType: 'image/svg+xml' }
      : {};

const SIGNED: ExplorerSettings = {
  stackName: 'Lamps',
  api: {
    url: 'https://api.example',
    signIn: { issuer: 'https://login.example', clientId: 'page', scopes: ['cartograph/explore.read'] },
  },
};

describeInChromium(() => {
  test('on a public page people sign in, return to the user they looked up, and the token goes to the API alone', async () => {
    const { page, requests, context, refuse } = await openAt(SIGNED, '#user=ann%40example.com');
    await page.getByText('Sign in to look up a user by id.').waitFor();
    expect(requests).toEqual([]);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'User ann@example.com' }).waitFor();
    await page.getByText('Oak table (p0002)').first().waitFor();
    expect(page.url()).toBe(`https://pages.example/${INDEX_KEY}#user=ann%40example.com`);
    expect(requests).toEqual([{ url: `https://api.example${PATH}`, authorization: 'Bearer token-1' }]);
    const stored = await page.evaluate(() => [
      ...Object.entries(sessionStorage),
      ...Object.entries(localStorage),
    ]);
    expect(stored).toEqual([]);
    refuse(401);
    await lookUp(page, 'bob');
    await page.getByText('Your sign-in is no longer accepted.').waitFor();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await context.close();
  });

  test('without signing in, products are found and users under their pseudonyms are shown', async () => {
    const { page, requests, context } = await openAt(SIGNED);
    await ready(page);
    await lookUp(page, 'oak TABLE');
    await page.getByRole('heading', { name: 'Oak table (p0002)' }).waitFor();
    expect(requests).toEqual([]);
    await context.close();
  });

  test('without sign-in, the page names the command that shows a user', async () => {
    const { page, context } = await openAt({ stackName: 'Lamps' });
    await ready(page);
    await lookUp(page, 'ann@example.com');
    await page.getByText('npm run lists -- --user ID --stack Lamps').waitFor();
    expect(await page.getByRole('button', { name: 'Sign in' }).count()).toBe(0);
    await context.close();
  });
});

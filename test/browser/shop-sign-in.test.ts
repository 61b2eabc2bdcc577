import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeInChromium } from './browsed.ts';
import { noBrowser, openPage, startBrowser } from './chromium.ts';
import { type FakeIssuer, startFakeIssuer } from './fake-issuer.ts';
import { type FakeShop, startFakeShop } from './fake-shop.ts';

/** The shop page where people sign in, as in the cloud, with an issuer in this process. */

let browser: Browser;
let issuer: FakeIssuer;
let shop: FakeShop;
let page: Page;
let problems: readonly string[];

beforeAll(async () => {
  if (noBrowser === undefined) browser = await startBrowser();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  issuer = await startFakeIssuer('ann');
  shop = await startFakeShop({
    users: [],
    signIn: { issuer: issuer.url, clientId: 'page', scopes: ['cartograph/sales.write'], userClaim: 'sub' },
  });
  if (noBrowser === undefined) ({ page, problems } = await openPage(browser, shop.url));
});
afterEach(async () => {
  await page?.close();
  await shop.stop();
  await issuer.stop();
});

const signIn = () => page.getByRole('button', { name: 'Sign in' }).click();

describeInChromium(() => {
  test('who signs in shops as the user of the token, which goes to the API and is stored nowhere', async () => {
    await page.getByText('it needs to know who you are').waitFor();
    expect(shop.asked).toEqual([]);
    await signIn();
    await page.locator('#any-list li').first().waitFor();
    expect(page.url()).toBe(shop.url);
    expect(await page.getByLabel('User id').inputValue()).toBe('ann');
    expect(await page.getByLabel('User id').isEditable()).toBe(false);
    expect(await page.getByLabel('A new user').isDisabled()).toBe(true);
    await page.locator('#shelf').getByRole('button', { name: 'Buy: Blue mug' }).click();
    await page.locator('#outcome').filter({ hasText: 'ann bought Blue mug.' }).waitFor();
    expect(new Set(shop.authorizations)).toEqual(new Set([`Bearer ${issuer.token}`]));
    const stored = await page.evaluate(() => [
      ...Object.entries(sessionStorage),
      ...Object.entries(localStorage),
      document.cookie,
    ]);
    expect(stored).toEqual(['']);
    expect(issuer.exchanges).toMatchObject([{ client_id: 'page', redirect_uri: shop.url }]);
    expect(problems).toEqual([]);
  });

  test('a reload signs out, because the token is in memory only', async () => {
    await signIn();
    await page.locator('#any-list li').first().waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.locator('#shop').isVisible()).toBe(false);
  });

  test('a refusal of the issuer is explained, and one may try again', async () => {
    issuer.error = 'access_denied';
    await signIn();
    await page.getByText('The issuer did not sign you in: access_denied.').waitFor();
    issuer.error = undefined;
    await signIn();
    await page.locator('#any-list li').first().waitFor();
  });

  test('an answer that this tab did not ask for is not exchanged', async () => {
    await page.goto(`${shop.url}?code=stolen&state=guess`);
    await page.getByText('This sign-in was not started in this tab').waitFor();
    expect(issuer.exchanges).toEqual([]);
    expect(page.url()).toBe(shop.url);
  });

  test('when the API no longer accepts the token, the page offers to sign in again', async () => {
    await signIn();
    await page.locator('#shelf li').first().waitFor();
    shop.refusesTokens = true;
    await page.locator('#shelf').getByRole('button', { name: 'Buy: Red mug' }).click();
    await page.getByText('Your sign-in is no longer accepted.').waitFor();
    await page.locator('#outcome').filter({ hasText: 'Sign in again.' }).waitFor();
    shop.refusesTokens = false;
    await signIn();
    // The lists of the first sign-in are there until the browser has left the page.
    await expect.poll(() => issuer.exchanges.length, { timeout: 60_000 }).toBe(2);
    await page.locator('#any-list li').first().waitFor();
  });
});

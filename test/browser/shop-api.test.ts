import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLAIN_IDS } from '../../lambdas/shared/privacy/person-ids.ts';
import { type LocalApi, startApi } from '../../local/api/server.ts';
import { showShop } from '../../local/api/shop-page.ts';
import { openShop, publishRun, storedOf, writeRun } from '../lambdas/serve/shop.ts';
import { createStages } from '../local/api/stages.ts';
import { describeInChromium } from './browsed.ts';
import { noBrowser, openPage, SIZES, startBrowser } from './chromium.ts';

/** The shop page with the API of this machine: its server, and serve and collect with stores in memory. */

const shop = openShop();
let [browser, api]: [Browser?, LocalApi?] = [];
beforeAll(async () => {
  if (noBrowser !== undefined) return;
  browser = await startBrowser();
  api = await startApi({
    stages: createStages(shop),
    show: showShop(shop.lake, { links: [], persons: PLAIN_IDS }),
  });
});
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

describeInChromium(() => {
  test('a purchase goes through collect to the topic, and serve answers with it; then the next run is served', async () => {
    if (!browser || !api) throw new Error('Cannot open the shop: it starts just before the first test');
    const { page, problems } = await openPage(browser, `${api.url}/shop`, {
      viewport: SIZES.laptop,
      reducedMotion: 'reduce',
    });
    const discoveries = page.locator('#new-list .name');
    const outcome = page.locator('#outcome');
    await page.getByLabel('A known user').check();
    await page.getByLabel('User id').fill('ann');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => discoveries.allTextContents(), { timeout: 30_000 })
      .toEqual(['floor lamp', 'wall lamp', 'a/b lamp', '🦆 lamp', '__proto__ lamp']);
    await page.locator('#shelf').getByRole('button', { name: 'Buy: a/b lamp' }).click();
    await outcome
      .filter({ hasText: 'ann bought a/b lamp.' })
      .filter({ hasText: 'ms from the press' })
      .waitFor();
    expect(await discoveries.allTextContents()).toEqual([
      'floor lamp',
      'wall lamp',
      '🦆 lamp',
      '__proto__ lamp',
    ]);
    expect(shop.sales.get('ann')).toMatchObject([
      { product: 'a/b', quantity: 1, id: expect.stringMatching(/^shop-/) },
    ]);
    await page.getByRole('button', { name: 'Give back: a/b lamp' }).click();
    await outcome.filter({ hasText: 'ann gave back a/b lamp.' }).filter({ hasText: 'ms from' }).waitFor();
    await page.getByLabel('An anonymous visitor').check();
    await page.locator('#shelf').getByRole('button', { name: 'Add to basket: desk lamp' }).click();
    await outcome.filter({ hasText: 'desk lamp is in the basket' }).waitFor();
    expect(await discoveries.first().textContent()).toBe('floor lamp');
    // The page asks every 10 s which run is served.
    writeRun(
      shop.lake,
      { run: 2, products: ['bed', 'desk'], asOfMs: shop.clock.nowMs },
      { ann: storedOf(0) },
    );
    publishRun(shop.lake, 2);
    shop.clock.nowMs += 60_000;
    await page.locator('#status').filter({ hasText: 'Run 2 is served now.' }).waitFor();
    await expect.poll(() => discoveries.allTextContents(), { timeout: 30_000 }).toEqual(['bed lamp']);
    expect(problems).toEqual([]);
    await page.close();
  });
});

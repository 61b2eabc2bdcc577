import type { Page, Response } from 'playwright-core';
import { expect, test } from 'vitest';
import { INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import { SHARED_ID } from '../lambdas/sample-shop.ts';
import { browsed, describeInChromium, explorerReady, FIELD } from './browsed.ts';
import { SIZES } from './chromium.ts';

/** The explorer in use: searches, links and the keyboard. */

const tab = browsed();
const { open } = tab;
const status = (page: Page) => page.locator('#explorer').getByRole('status');

describeInChromium(() => {
  test('finds a user by id and shows the purchases, both lists and the reasons', async () => {
    const { page } = await open(tab.site.url(INDEX_KEY));
    const blocks: Response[] = [];
    page.on('response', (answer) => {
      if (answer.url().endsWith('.json.gz')) blocks.push(answer);
    });
    await explorerReady(page);
    await page.getByLabel(FIELD).fill('u0005');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'User u0005' }).waitFor();
    expect(new URL(page.url()).hash).toBe('#user=u0005');
    await page.getByRole('heading', { name: 'Purchases, the newest 3 of 53 products' }).waitFor();
    expect(
      await page.getByRole('group', { name: 'Top picks' }).getByText('62 % Blue glass lamp').count(),
    ).toBe(10);
    expect(await page.getByRole('group', { name: 'Discoveries' }).getByText('popular now').count()).toBe(10);
    // One block each of users, of products and of names may be read, each a range of its file.
    expect(blocks.length).toBeGreaterThan(0);
    expect(blocks.length).toBeLessThanOrEqual(3);
    for (const block of blocks) {
      expect(block.status()).toBe(206);
      const [, whole] = /\/(\d+)$/.exec((await block.headerValue('content-range')) ?? '') ?? [];
      const bytes = Number(await block.headerValue('content-length'));
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThan(Number(whole));
    }
  });

  test('is used by keyboard alone: links, and back again', async () => {
    const { page } = await open(tab.site.url(`${INDEX_KEY}#user=u0005`));
    await page.locator('#view').getByRole('link', { name: 'Oak table', exact: true }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Oak table (p0002)' }).waitFor();
    expect(await page.getByRole('group', { name: 'Similar to p0002' }).getByRole('row').count()).toBe(6);
    await page.goBack();
    await page.getByRole('heading', { name: 'User u0005' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('view');
  });

  test('finds a product by its name and says when nothing is found', async () => {
    const { page } = await open(tab.site.url(INDEX_KEY));
    await explorerReady(page);
    const field = page.getByLabel(FIELD);
    await field.fill('oak TABLE');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('heading', { name: 'Oak table (p0002)' }).waitFor();
    await field.fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('Run 2 has no id and no word in a product name that begins with nobody.').waitFor();
    await field.fill('u00');
    await page.keyboard.press('Enter');
    await page.getByText('No exact match for u00 in run 2. Partial matches: more than 10 users.').waitFor();
  });

  test('suggests matches while the reader types; the back button shows the suggestions again', async () => {
    const { page, requests } = await open(tab.site.url(INDEX_KEY));
    await explorerReady(page);
    const field = page.getByLabel(FIELD);
    await field.pressSequentially('tab');
    // Screen readers read out the status.
    await status(page).getByText('4 products found.').waitFor();
    const found = page.locator('#explorer').getByRole('link');
    expect(await found.allTextContents()).toEqual([
      'Oak table (p0002)',
      'Oak table 14 (p0014)',
      'Oak table 26 (p0026)',
      'Oak table 8 (p0008)',
    ]);
    await field.fill('u00');
    await page.getByText('Users, the first 10:').waitFor();
    expect(await status(page).textContent()).toBe('More than 10 users found.');
    expect(await found.count()).toBe(10);
    await field.fill('u00xyz');
    await page.getByText('that begins with u00xyz.').waitFor();
    expect(await found.count()).toBe(0);
    await field.fill('u0042');
    await page.getByRole('link', { name: 'u0042' }).click();
    await page.getByRole('heading', { name: 'User u0042' }).waitFor();
    expect(await page.locator('#explorer ul.plain').count()).toBe(0);
    await page.goBack();
    await page.getByText('1 user found.').waitFor();
    // No block is read twice; the sample shop has 8 blocks of users, 4 of products and 13 of names.
    const read = requests.filter((url) => url.endsWith('.json.gz'));
    expect(read.length).toBeGreaterThan(3);
    expect(read.length).toBeLessThan(15);
  });

  test('offers both where a user and a product have the same id', async () => {
    const { page } = await open(tab.site.url(INDEX_KEY));
    await explorerReady(page);
    await page.getByLabel(FIELD).fill(SHARED_ID);
    await page.keyboard.press('Enter');
    await page.getByText(`2 matches for ${SHARED_ID}:`).waitFor();
    await page.getByRole('link', { name: `user ${SHARED_ID}` }).click();
    await page.getByRole('heading', { name: `User ${SHARED_ID}` }).waitFor();
  });

  test('the back button from a view puts the focus on the field; anchors of the page do not change the view', async () => {
    const { page } = await open(tab.site.url(INDEX_KEY));
    await explorerReady(page);
    await page.locator('#explorer').getByRole('link', { name: 'Oak table (p0002)' }).click();
    await page.getByRole('heading', { name: 'Oak table (p0002)' }).waitFor();
    await page.evaluate(() => {
      location.hash = '#main';
    });
    await page.locator('#view').getByRole('link').first().focus();
    expect(await page.getByRole('heading', { name: 'Oak table (p0002)' }).count()).toBe(1);
    await page.evaluate(() => history.go(-2));
    await expect.poll(() => page.locator('#view').textContent()).toBe('');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('explorer-search');
  });

  test('says when an address is invalid or its user unknown', async () => {
    const { page } = await open(tab.site.url(`${INDEX_KEY}#user=%`));
    await page.getByText('This is not the address of a user or product.').waitFor();
    await explorerReady(page);
    await page.goto(tab.site.url(`${INDEX_KEY}#user=nobody`));
    await page.getByText('There is no user nobody in run 2.').waitFor();
  });

  test('the longest id is not wider than the screen of a phone', async () => {
    const id = 'w'.repeat(256);
    const { page } = await open(tab.site.url(`${INDEX_KEY}#user=${id}`), { viewport: SIZES.phone });
    await page.getByText(`There is no user ${id} in run 2.`).waitFor();
    await page.getByLabel(FIELD).fill(`${id}x`);
    await page.keyboard.press('Enter');
    await page.getByText('that begins with').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
  });
});

import type { Page, Response } from 'playwright-core';
import { expect, test } from 'vitest';
import { INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import { SHARED_ID } from '../lambdas/sample-shop.ts';
import { browsed, describeInChromium, explored, FIELD } from './browsed.ts';
import { SIZES } from './chromium.ts';

/** The explorer as a person has it: typed into, and walked through. */

const tab = browsed();
const { open } = tab;
const status = (page: Page) => page.locator('#explorer').getByRole('status');

describeInChromium(() => {
  test('finds a user by id: history, both lists, and why', async () => {
    const { page } = await open(tab.site.url(INDEX_KEY));
    const blocks: Response[] = [];
    page.on('response', (answer) => {
      if (answer.url().endsWith('.json.gz')) blocks.push(answer);
    });
    await explored(page);
    await page.getByLabel(FIELD).fill('u0005');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'User u0005' }).waitFor();
    expect(new URL(page.url()).hash).toBe('#user=u0005');
    await page.getByRole('heading', { name: 'Bought, the newest 3 of 53 products' }).waitFor();
    expect(
      await page.getByRole('group', { name: 'List any' }).getByText('62 % Blue glass lamp').count(),
    ).toBe(10);
    expect(await page.getByRole('group', { name: 'List new' }).getByText('what sells now').count()).toBe(10);
    // A block of users, one where products of that id would be, and one of names, each a part of its file.
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

  test('walks by links, back and forth, and the keyboard alone', async () => {
    const { page } = await open(tab.site.url(`${INDEX_KEY}#user=u0005`));
    await page.locator('#view').getByRole('link', { name: 'Oak table', exact: true }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Oak table (p0002)' }).waitFor();
    expect(await page.getByRole('group', { name: 'Similar to p0002' }).getByRole('row').count()).toBe(6);
    await page.goBack();
    await page.getByRole('heading', { name: 'User u0005' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('view');
  });

  test('finds a product by its name, says what it does not know', async () => {
    const { page } = await open(tab.site.url(INDEX_KEY));
    await explored(page);
    const field = page.getByLabel(FIELD);
    await field.fill('oak TABLE');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('heading', { name: 'Oak table (p0002)' }).waitFor();
    await field.fill('nobody');
    await page.keyboard.press('Enter');
    await page
      .getByText('No user or product of run 2 has an id, or a word in its name, that begins with nobody.')
      .waitFor();
    await field.fill('u00');
    await page.keyboard.press('Enter');
    await page
      .getByText('Nothing in run 2 is called u00. Of what begins so: more than 10 users found.')
      .waitFor();
  });

  test('shows while one types what begins so; the arrow of the browser back shows what there is to pick from', async () => {
    const { page, requests } = await open(tab.site.url(INDEX_KEY));
    await explored(page);
    const field = page.getByLabel(FIELD);
    await field.pressSequentially('tab');
    // Read out by screen readers.
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
    // Every block once, whatever is typed; a small shop has 8 of users, 4 of products and 13 of names.
    const read = requests.filter((url) => url.endsWith('.json.gz'));
    expect(read.length).toBeGreaterThan(3);
    expect(read.length).toBeLessThan(15);
  });

  test('where an id is that of a user and of a product, both are offered', async () => {
    const { page } = await open(tab.site.url(INDEX_KEY));
    await explored(page);
    await page.getByLabel(FIELD).fill(SHARED_ID);
    await page.keyboard.press('Enter');
    await page.getByText(`2 are called ${SHARED_ID}:`).waitFor();
    await page.getByRole('link', { name: `user ${SHARED_ID}` }).click();
    await page.getByRole('heading', { name: `User ${SHARED_ID}` }).waitFor();
  });

  test('browser-back from a view leaves the keyboard at the field; other addresses of the page leave the view alone', async () => {
    const { page } = await open(tab.site.url(INDEX_KEY));
    await explored(page);
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

  test('an address that names nobody is said', async () => {
    const { page } = await open(tab.site.url(`${INDEX_KEY}#user=%`));
    await page.getByText('This address names no user and no product.').waitFor();
    await explored(page);
    await page.goto(tab.site.url(`${INDEX_KEY}#user=nobody`));
    await page.getByText('Run 2 knows no user nobody.').waitFor();
  });

  test('on a phone the longest id makes nothing wider than the screen', async () => {
    const id = 'w'.repeat(256);
    const { page } = await open(tab.site.url(`${INDEX_KEY}#user=${id}`), { viewport: SIZES.phone });
    await page.getByText(`Run 2 knows no user ${id}.`).waitFor();
    await page.getByLabel(FIELD).fill(`${id}x`);
    await page.keyboard.press('Enter');
    await page.getByText('that begins with').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
  });
});

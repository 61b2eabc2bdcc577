import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INDEX_KEY } from '../../lambdas/shared/keys.ts';
import { SHARED_ID } from '../lambdas/sample-shop.ts';
import { noBrowser, openPage, startBrowser, type Watched } from './chromium.ts';
import { type Site, startSite } from './site.ts';

/** The explorer as a person has it: typed into, walked through, from a bucket that may fail or be of another version. */

let browser: Browser;
let site: Site;
const opened: Page[] = [];

async function open(url: string): Promise<Watched> {
  const watched = await openPage(browser, url);
  opened.push(watched.page);
  return watched;
}

const FIELD = 'User or product, by id or name';
/** The explorer has what it needs from the bucket. */
const explored = (page: Page) => page.getByText('Products to pick from:').waitFor();

beforeAll(async () => {
  if (noBrowser !== undefined) return;
  [browser, site] = await Promise.all([startBrowser(), startSite()]);
  for (const run of [1, 2]) await site.publish(run);
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
});

describe.skipIf(noBrowser !== undefined)(
  `in chromium${noBrowser === undefined ? '' : ` (${noBrowser})`}`,
  () => {
    afterAll(() => Promise.all(opened.map((page) => page.close())));

    test('finds a user by id: history, both lists, and why', async () => {
      const { page, requests } = await open(site.url(INDEX_KEY));
      await explored(page);
      await page.getByLabel(FIELD).fill('u0005');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'User u0005' }).waitFor();
      expect(new URL(page.url()).hash).toBe('#user=u0005');
      expect(
        await page.getByRole('group', { name: 'List any' }).getByText('62 % Blue glass lamp').count(),
      ).toBe(10);
      expect(await page.getByRole('group', { name: 'List new' }).getByText('what sells now').count()).toBe(
        10,
      );
      // A block of users, one where products of that id would be, and one of names; never a whole table.
      expect(requests.filter((url) => url.endsWith('.json.gz')).length).toBeLessThanOrEqual(3);
    });

    test('walks by links, back and forth, and the keyboard alone', async () => {
      const { page } = await open(site.url(`${INDEX_KEY}#user=u0005`));
      await page.locator('#view').getByRole('link', { name: 'Oak table', exact: true }).first().focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Oak table (p0002)' }).waitFor();
      expect(await page.getByRole('group', { name: 'Similar to p0002' }).getByRole('row').count()).toBe(6);
      await page.goBack();
      await page.getByRole('heading', { name: 'User u0005' }).waitFor();
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('view');
    });

    test('finds a product by its name, says what it does not know', async () => {
      const { page } = await open(site.url(INDEX_KEY));
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
      await page.getByText('Nothing in run 2 is called u00; of these the id').waitFor();
    });

    test('shows while one types what begins so; the arrow of the browser back shows what there is to pick from', async () => {
      const { page, requests } = await open(site.url(INDEX_KEY));
      await explored(page);
      const field = page.getByLabel(FIELD);
      await field.pressSequentially('tab');
      await page.getByText('Products found:').waitFor();
      const found = page.locator('#explorer').getByRole('link');
      expect(await found.allTextContents()).toEqual([
        'Oak table (p0002)',
        'Oak table 14 (p0014)',
        'Oak table 26 (p0026)',
        'Oak table 8 (p0008)',
      ]);
      await field.fill('u00');
      await page.getByText('Users found, the first 10:').waitFor();
      expect(await found.count()).toBe(10);
      await field.fill('u00xyz');
      await page.getByText('that begins with u00xyz.').waitFor();
      expect(await found.count()).toBe(0);
      await field.fill('u0042');
      await page.getByRole('link', { name: 'u0042' }).click();
      await page.getByRole('heading', { name: 'User u0042' }).waitFor();
      await page.goBack();
      await page.getByText('Users found:').waitFor();
      // Every block once, whatever is typed; a small shop has 8 of users, 4 of products and 13 of names.
      const read = requests.filter((url) => url.endsWith('.json.gz'));
      expect(read.length).toBeGreaterThan(3);
      expect(read.length).toBeLessThan(15);
    });

    test('where an id is that of a user and of a product, both are offered', async () => {
      const { page } = await open(site.url(INDEX_KEY));
      await explored(page);
      await page.getByLabel(FIELD).fill(SHARED_ID);
      await page.keyboard.press('Enter');
      await page.getByText(`2 are called ${SHARED_ID}:`).waitFor();
      await page.getByRole('link', { name: `user ${SHARED_ID}` }).click();
      await page.getByRole('heading', { name: `User ${SHARED_ID}` }).waitFor();
    });

    test('a server that knows no ranges is asked for more than is needed, and it works', async () => {
      const { page } = await open('about:blank');
      await page.route(
        ({ href }) => href.endsWith('.json.gz'),
        async (route) => {
          const { range: _, ...headers } = route.request().headers();
          await route.fulfill({ response: await route.fetch({ headers }) });
        },
      );
      await page.goto(site.url(`${INDEX_KEY}#user=u0005`));
      await page.getByRole('heading', { name: 'User u0005' }).waitFor();
      expect(await page.locator('#view').getByText('Blue glass lamp').count()).toBeGreaterThan(0);
    });

    test('of a run of an earlier version it says that nothing can be looked up', async () => {
      const { page } = await open('about:blank');
      await page.route(
        ({ href }) => href.endsWith('explorer/index.json'),
        (route) =>
          route.fulfill({ json: { run: 2, userShards: 1, productShards: 1, users: [], products: [] } }),
      );
      await page.goto(site.url(`${INDEX_KEY}#user=u0005`));
      await page.getByText('Run 2 was made by an earlier version of Cartograph').waitFor();
      expect(await page.getByLabel(FIELD).isVisible()).toBe(false);
    });

    test('whoever stands on a link when a new run comes stands on the same link afterwards', {
      timeout: 60_000,
    }, async () => {
      const followed = await startSite();
      try {
        await followed.publish(1);
        const { page } = await open(followed.url(`${INDEX_KEY}#product=p0001`));
        await page.getByText('As run 1 knows it.').waitFor();
        await page.locator('#view').getByRole('link').nth(2).focus();
        const held = () => page.evaluate(() => document.activeElement?.getAttribute('href'));
        const before = await held();
        await followed.publish(2);
        await page.getByText('As run 2 knows it.').waitFor({ timeout: 15_000 });
        expect(before).toMatch(/^#product=p/);
        expect(await held()).toBe(before);
      } finally {
        await followed.stop();
      }
    });

    describe('a read that fails once', () => {
      test.each(['manifests/', 'explorer/index.json'])(
        'of %s is made again at the next lookup',
        async (key) => {
          const { page } = await open('about:blank');
          let reads = 0;
          await page.route(
            ({ href }) => href.includes(key),
            (route) => (++reads === 1 ? route.fulfill({ status: 503 }) : route.continue()),
          );
          await page.goto(site.url(INDEX_KEY));
          await page
            .getByText('The files of run 2 cannot be read; look something up to try again.')
            .waitFor();
          await page.getByLabel(FIELD).fill('u0005');
          await page.keyboard.press('Enter');
          await page.getByRole('heading', { name: 'User u0005' }).waitFor();
          await page.getByRole('heading', { name: 'Against run 1' }).waitFor();
          expect(reads).toBe(2);
        },
      );
    });
  },
);

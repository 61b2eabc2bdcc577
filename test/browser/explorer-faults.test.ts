import type { Page, Route } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import { browsed, describeInChromium, explorerReady, FIELD } from './browsed.ts';
import { type Site, startSite } from './site.ts';

/** The explorer when the bucket is slow or fails, when an earlier version made the run, and when another run is published. */

const tab = browsed();
const { open } = tab;

/** Opens a page where `answer` handles the requests that `isMeant` selects. */
async function openAnswered(
  path: string,
  isMeant: (url: string) => boolean,
  answer: (route: Route, times: number) => Promise<void>,
): Promise<Page> {
  const { page } = await open('about:blank');
  let times = 0;
  await page.route(
    ({ href }) => isMeant(href),
    (route) => answer(route, ++times),
  );
  await page.goto(tab.site.url(path));
  return page;
}

/** Returns a promise and the function that resolves it. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const isBlock = (url: string): boolean => url.endsWith('.json.gz');
const isIndex = (url: string): boolean => url.endsWith('explorer/index.json');
const isDiff = (url: string): boolean => url.endsWith('diff.json');
const OLD_INDEX = { run: 1, userShards: 1, productShards: 1, users: [], products: [] };

/** Runs a test with a site of its own, which serves run 1 at first. */
async function withSite(runTest: (site: Site) => Promise<void>): Promise<void> {
  const site = await startSite();
  try {
    await site.publish(1);
    await runTest(site);
  } finally {
    await site.stop();
  }
}

describeInChromium(() => {
  test('works with a server that ignores ranges and sends whole files', async () => {
    const page = await openAnswered(`${INDEX_KEY}#user=u0005`, isBlock, async (route) => {
      const { range: _, ...headers } = route.request().headers();
      await route.fulfill({ response: await route.fetch({ headers }) });
    });
    await page.getByRole('heading', { name: 'User u0005' }).waitFor();
    expect(await page.locator('#view').getByText('Blue glass lamp').count()).toBeGreaterThan(0);
  });

  describe('after one failed read', () => {
    test.each([
      ['the manifest', (url: string) => url.includes('manifests/')],
      ['the index', isIndex],
    ])('%s is read again at the next lookup', async (_what, isMeant) => {
      let reads = 0;
      const page = await openAnswered(INDEX_KEY, isMeant, (route, times) => {
        reads = times;
        return times === 1 ? route.fulfill({ status: 503 }) : route.continue();
      });
      await page.getByText('The files of run 2 cannot be read. Look something up to try again.').waitFor();
      await page.getByLabel(FIELD).fill('u0005');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'User u0005' }).waitFor();
      await page.getByRole('heading', { name: 'Changes since run 1' }).waitFor();
      expect(reads).toBe(2);
    });

    test('a block is read again when the reader looks up the id of the address, which is in the field', async () => {
      const page = await openAnswered(`${INDEX_KEY}#user=u0005`, isBlock, (route, times) =>
        times === 1 ? route.abort() : route.continue(),
      );
      await page.getByText('The bucket did not answer. Try again.').waitFor();
      await page.getByRole('button', { name: 'Look up' }).click();
      await page.getByRole('heading', { name: 'User u0005' }).waitFor();
      expect(await page.getByText('The bucket did not answer').count()).toBe(0);
    });

    test('the differences are left out and the search works', async () => {
      const page = await openAnswered(INDEX_KEY, isDiff, (route) => route.fulfill({ status: 404 }));
      await explorerReady(page);
      await page.getByLabel(FIELD).fill('u0005');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'User u0005' }).waitFor();
      expect(await page.locator('#differences').textContent()).toBe('');
    });
  });

  test('a damaged block has another message than a bucket that does not answer', async () => {
    const page = await openAnswered(`${INDEX_KEY}#user=u0005`, isBlock, (route) =>
      route.fulfill({ status: 206, body: 'not gzip' }),
    );
    await page
      .getByText('A file of run 2 is damaged, or is being rewritten. Try again in a minute.')
      .waitFor();
  });

  test.each([
    ['a part of another block', { status: 206, body: 'not gzip' }],
    ['no such part', { status: 416, body: '' }],
  ])(
    'a file that was rewritten since the index was read is read again with the new index: %s',
    async (_what, first) => {
      let indices = 0;
      const page = await openAnswered(
        `${INDEX_KEY}#user=u0005`,
        (url) => isBlock(url) || isIndex(url),
        async (route) => {
          if (isIndex(route.request().url())) indices += 1;
          // The page begins with suggestions or with the user: all of its first reads are of the old version.
          const isOld = indices === 1 && isBlock(route.request().url());
          await (isOld ? route.fulfill(first) : route.continue());
        },
      );
      await page.getByRole('heading', { name: 'User u0005' }).waitFor();
      expect(indices).toBe(2);
    },
  );

  test('a response that comes after the next search is dropped', async () => {
    const slow = gate();
    // The first file of users contains u0005, the second u0050.
    const page = await openAnswered(
      INDEX_KEY,
      (url) => url.endsWith('users-00000.json.gz'),
      async (route) => {
        await slow.opened;
        await route.continue();
      },
    );
    await explorerReady(page);
    const field = page.getByLabel(FIELD);
    await field.fill('u0005');
    await page.keyboard.press('Enter');
    await field.fill('u0050');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'User u0050' }).waitFor();
    for (const user of ['u0005', 'u0051'])
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `#user=${user}`);
    await page.getByRole('heading', { name: 'User u0051' }).waitFor();
    const late = page.waitForResponse((answer) => answer.url().endsWith('users-00000.json.gz'));
    slow.open();
    await late;
    await page.waitForTimeout(300);
    expect(await page.locator('#view h3').textContent()).toBe('User u0051');
    expect(new URL(page.url()).hash).toBe('#user=u0051');
    expect(await field.inputValue()).toBe('u0051');
  });

  test('a reader who types while a lookup is loading keeps the focus and gets the suggestions', async () => {
    const slow = gate();
    const page = await openAnswered(
      INDEX_KEY,
      (url) => url.endsWith('names-00000.json.gz'),
      async (route) => {
        await slow.opened;
        await route.continue();
      },
    );
    await explorerReady(page);
    const field = page.getByLabel(FIELD);
    await field.fill('blue');
    await page.keyboard.press('Enter');
    await field.fill('u0050');
    slow.open();
    await page.getByText('1 user found.').waitFor();
    await page.waitForTimeout(300);
    expect(await page.getByText('No exact match for blue').count()).toBe(0);
    expect(await page.locator('#explorer').getByRole('link').allTextContents()).toEqual(['u0050']);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('explorer-search');
  });

  test(
    'a link keeps the focus when a new run is served',
    {
      timeout: 180_000,
    },
    () =>
      withSite(async (site) => {
        const { page } = await open(site.url(`${INDEX_KEY}#product=p0001`));
        await page.getByText('Data of run 1.').waitFor();
        await page.locator('#view').getByRole('link').nth(2).focus();
        const focused = () => page.evaluate(() => document.activeElement?.getAttribute('href'));
        const before = await focused();
        await site.publish(2);
        await page.getByText('Data of run 2.').waitFor({ timeout: 60_000 });
        expect(before).toMatch(/^#product=p/);
        expect(await focused()).toBe(before);
      }),
  );

  test(
    'a search is repeated in a new run; for a run of an earlier version the page says that it cannot search',
    {
      timeout: 180_000,
    },
    () =>
      withSite(async (site) => {
        const [key = ''] = site.lake.keys('runs/00000001/').filter(isIndex);
        await site.lake.replace(key, JSON.stringify(OLD_INDEX), '', (await site.lake.read(key))?.etag);
        await site.publish(2, { size: { users: 60, products: 20 } });
        const { page } = await open(site.url(`${INDEX_KEY}#product=p0001`));
        await page.getByText('Data of run 2.').waitFor();
        await page.evaluate(() => {
          location.hash = '#main';
        });
        await page.getByLabel(FIELD).fill('tab');
        await page.getByText('3 products found.').waitFor();
        await site.publish(3);
        await page.getByText('4 products found.').waitFor({ timeout: 60_000 });
        await page.getByText('Data of run 3.').waitFor();
        expect(await page.locator('#explorer ul.plain').getByRole('link').count()).toBe(4);
        await site.rollBack(1);
        await page
          .getByText('Run 1 was made by an earlier version of Cartograph')
          .waitFor({ timeout: 60_000 });
        expect(await page.locator('#explorer').getByRole('link').count()).toBe(0);
        expect(await page.getByLabel(FIELD).isVisible()).toBe(false);
        expect(await page.evaluate(() => document.activeElement?.id)).toBe('view');
      }),
  );

  test(
    'differences that come late are not shown for the run that is served by then',
    { timeout: 180_000 },
    () =>
      withSite(async (site) => {
        const slow = gate();
        await site.publish(2);
        const { page } = await open('about:blank');
        await page.route(
          ({ href }) => href.includes('/00000002/') && isDiff(href),
          async (route) => {
            await slow.opened;
            await route.continue();
          },
        );
        await page.goto(site.url(INDEX_KEY));
        await explorerReady(page);
        await site.publish(3);
        await page.getByRole('heading', { name: 'Changes since run 2' }).waitFor({ timeout: 60_000 });
        slow.open();
        await page.waitForTimeout(500);
        expect(await page.getByRole('heading', { name: 'Changes since run 2' }).count()).toBe(1);
      }),
  );
});

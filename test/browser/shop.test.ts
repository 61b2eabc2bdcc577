import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ProblemError } from '../../lambdas/shared/http/problem-error.ts';
import { describeInChromium } from './browsed.ts';
import { noBrowser, openPage, SIZES, startBrowser, type Watched } from './chromium.ts';
import { type FakeShop, startFakeShop } from './fake-shop.ts';

/** The shop page in a browser. Its API is a fake in this process that follows the contract of the real one. */

let [browser, shop]: [Browser?, FakeShop?] = [];
beforeAll(async () => {
  if (noBrowser === undefined) browser = await startBrowser();
});
beforeEach(async () => {
  shop = await startFakeShop();
});
afterAll(() => browser?.close());

const fake = (): FakeShop => shop ?? missing('shop');
function missing(what: string): never {
  throw new Error(`Cannot test: the ${what} starts just before the first test`);
}

/** Opens the shop, lets the test use it, and closes both. Without an exception the page may not report a problem. */
async function inShop(
  use: (page: Page, watched: Watched) => Promise<void>,
  options: Parameters<typeof openPage>[2] = { viewport: SIZES.laptop, reducedMotion: 'reduce' },
): Promise<void> {
  const watched = await openPage(browser ?? missing('browser'), fake().url, options);
  try {
    await watched.page.locator('#new-list li').first().waitFor();
    await use(watched.page, watched);
  } finally {
    await watched.page.close();
    await fake().stop();
  }
}

/** For what takes the page a few questions on a busy machine. */
const PATIENCE = { timeout: 30_000 };

const names = (page: Page, list: 'any' | 'new') => page.locator(`#${list}-list .name`).allTextContents();
const buy = (page: Page, product: string) =>
  page
    .locator('#shelf')
    .getByRole('button', { name: `Buy: ${product}` })
    .click();
const outcome = (page: Page) => page.locator('#outcome');
/** Resolves when the result of the newest purchase contains this text. */
const says = (page: Page, text: string | RegExp) => outcome(page).filter({ hasText: text }).waitFor();
/** Resolves when the newest purchase has changed the lists. */
const changed = (page: Page, what: string) =>
  outcome(page)
    .filter({ hasText: `${what}.` })
    .filter({ hasText: 'ms from the press' })
    .waitFor();
const chooses = (page: Page, kind: string) => page.getByLabel(kind).check();

describeInChromium(() => {
  test('a purchase of a known user is a sale on the topic and changes both lists, with what moved and why', async () => {
    await inShop(async (page, { problems }) => {
      expect((await names(page, 'any'))[0]).toBe('Desk lamp');
      await buy(page, 'Blue mug');
      await says(page, 'ann bought Blue mug. ');
      await says(page, /\d+ ms from the press to changed lists \(on the topic after \d+ ms\)/);
      expect(fake().sales.get('ann')).toMatchObject([{ product: 'p02', quantity: 1 }]);
      expect(await names(page, 'new')).not.toContain('Blue mug');
      const first = page.locator('#any-list li[data-product=p02]');
      expect(await first.locator('.mark').textContent()).toBe('▲ from 7, rose from 7');
      expect(await first.locator('.why').textContent()).toBe('because of earlier purchases of it (100 %)');
      const came = page.locator('#new-list li.came').first();
      expect(await came.textContent()).toContain('new in the list');
      expect(await came.locator('.why').textContent()).toContain('because of Blue mug (100 %)');
      expect(await page.locator('#new-left').textContent()).toBe('Left the list: Blue mug and Garden chair.');
      expect(await outcome(page).textContent()).toContain(
        'Discoveries: Travel mug and Camping mug are new; 2 left, 7 moved.',
      );
      expect(await page.locator('#source').textContent()).toContain(
        'with 1 sale after the run. Run 2; its newest sale is from 2026-06-30 10:00 UTC.',
      );
      await page.locator('#purchases').getByText('Blue mug').waitFor();
      expect(problems).toEqual([]);
    });
  });

  test('a new user begins with popular products, and the first purchase is a real sale', async () => {
    await inShop(async (page) => {
      await chooses(page, 'A new user');
      await page.locator('#source').filter({ hasText: 'cold start' }).waitFor();
      const id = /new-\w{8}/.exec((await page.locator('#person-text').textContent()) ?? '')?.[0] ?? '';
      await buy(page, 'Oak chair');
      await changed(page, `${id} bought Oak chair`);
      expect(fake().sales.get(id)).toMatchObject([{ product: 'p04' }]);
      expect((await names(page, 'any'))[0]).toBe('Oak chair');
      await page.getByRole('button', { name: 'Another new user' }).click();
      await page.locator('#source').filter({ hasText: 'cold start' }).waitFor();
      expect(await page.locator('#person-text').textContent()).not.toContain(id);
    });
  });

  test('the basket of an anonymous visitor goes with each question, and no sale is sent', async () => {
    await inShop(async (page) => {
      await chooses(page, 'An anonymous visitor');
      await page.locator('#person-text').filter({ hasText: 'nothing is stored' }).waitFor();
      await page.locator('#shelf').getByRole('button', { name: 'Add to basket: Red mug' }).click();
      await changed(page, 'Red mug is in the basket, which is only in this page');
      expect((await names(page, 'any'))[0]).toBe('Blue mug');
      expect(await names(page, 'new')).not.toContain('Red mug');
      await page.getByRole('button', { name: 'Take out: Red mug' }).click();
      await changed(page, 'Red mug is no longer in the basket');
      expect((await names(page, 'any'))[0]).toBe('Desk lamp');
      expect(fake().asked).not.toContain('addSales');
      expect([...fake().sales]).toEqual([]);
    });
  });

  test('what was bought can be given back: a sale of minus one unit, after which the lists are as before', async () => {
    await inShop(async (page) => {
      const before = await names(page, 'new');
      await buy(page, 'Blue mug');
      await changed(page, 'ann bought Blue mug');
      await page.getByRole('button', { name: 'Give back: Blue mug' }).click();
      await changed(page, 'ann gave back Blue mug');
      expect(fake().sales.get('ann')).toMatchObject([{ quantity: 1 }, { quantity: -1 }]);
      expect(await names(page, 'new')).toEqual(before);
    });
  });

  test('two purchases in a row are compared one after the other, and a double click buys once', async () => {
    await inShop(async (page) => {
      await page.locator('#shelf').getByRole('button', { name: 'Buy: Blue mug' }).dblclick();
      await buy(page, 'Oak chair');
      await changed(page, 'ann bought Oak chair');
      expect(
        fake()
          .sales.get('ann')
          ?.map(({ product }) => product),
      ).toEqual(['p02', 'p04']);
      expect(await page.locator('#source').textContent()).toContain('with 2 sales after the run');
    });
  });

  test('a person who is chosen while a purchase is on its way sees only their own lists', async () => {
    fake().questionsUntilKnown = 10;
    await inShop(async (page) => {
      await buy(page, 'Blue mug');
      await chooses(page, 'An anonymous visitor');
      await page.locator('#source').filter({ hasText: 'The basket is empty' }).waitFor();
      await expect
        .poll(() => fake().asked.filter((operation) => operation === 'recommendations').length, PATIENCE)
        .toBeGreaterThan(12);
      expect(await outcome(page).textContent()).toContain('The anonymous visitor is shopping.');
      expect(await page.locator('#any-list .mark').count()).toBe(0);
    });
  });

  test('a purchase that waits for another is made by who pressed the button, whoever is chosen by then', async () => {
    fake().questionsUntilKnown = 10;
    await inShop(async (page) => {
      await buy(page, 'Blue mug');
      await buy(page, 'Oak chair');
      await chooses(page, 'A new user');
      await page.locator('#source').filter({ hasText: 'cold start' }).waitFor();
      await expect
        .poll(
          () =>
            fake()
              .sales.get('ann')
              ?.map(({ product }) => product),
          PATIENCE,
        )
        .toEqual(['p02', 'p04']);
      expect([...fake().sales.keys()]).toEqual(['ann']);
      expect(await outcome(page).textContent()).toMatch(/^new-\w+ is shopping/);
    });
  });

  describe('faults', () => {
    test('a page that was opened while the API was away fills when it is back', async () => {
      const { page } = await openPage(browser ?? missing('browser'), 'about:blank');
      await page.clock.install();
      await page.route('**/v1/**', (route) => route.abort());
      await page.goto(fake().url);
      await says(page, 'The API does not answer.');
      await page.unroute('**/v1/**');
      for (let second = 0; second < 25; second++) await page.clock.runFor(1000);
      await page.locator('#any-list').getByText('Desk lamp').first().waitFor();
      await page.locator('#shelf').getByText('Desk lamp').waitFor();
      await page.locator('#status').filter({ hasText: 'Run 2 is served' }).waitFor();
      await page.close();
      await fake().stop();
    });

    test('a sale whose answer is lost is sent again and counts once', async () => {
      fake().lostAnswers = 1;
      await inShop(async (page) => {
        await buy(page, 'Blue mug');
        await changed(page, 'ann bought Blue mug');
        expect(fake().asked.filter((operation) => operation === 'addSales')).toHaveLength(2);
        expect(fake().sales.get('ann')).toHaveLength(1);
      });
    });

    test('a refused sale is explained, and the lists stay', async () => {
      await inShop(async (page) => {
        const before = await names(page, 'any');
        await buy(page, 'Kitchen chair');
        await says(page, 'The sale of Kitchen chair was refused: productId: is p16, should be for sale.');
        expect(await names(page, 'any')).toEqual(before);
      });
    });

    test('if the lists do not know the sale in time, the page says where the sale is and what to check', async () => {
      fake().questionsUntilKnown = Number.POSITIVE_INFINITY;
      await inShop(async (page) => {
        await page.clock.install();
        await buy(page, 'Blue mug');
        await expect.poll(() => fake().sales.get('ann')?.length, PATIENCE).toBe(1);
        for (let second = 0; second < 20; second++) await page.clock.runFor(1000);
        await says(
          page,
          'The sale is on the topic (sales, partition 2, offset 4711), but the lists do not know it after 15 s',
        );
      });
    });

    test('before the first run the page waits for it, and fills when it is served', async () => {
      fake().run = null;
      await inShop(async (page) => {
        await page.getByText('No run is served yet, so there is nothing to recommend').waitFor();
        fake().run = 1;
        await page.locator('#status').filter({ hasText: 'Run 1 is served' }).waitFor();
        await page.locator('#any-list').getByText('Floor lamp').waitFor();
        await page.locator('#shelf').getByText('Floor lamp').waitFor();
      });
    });

    test('an API that is away, and a problem of it, are explained with what to do', async () => {
      await inShop(async (page) => {
        fake().failures.set(
          'addSales',
          new ProblemError('forbidden', 'The token does not have the scope cartograph/sales.write'),
        );
        await buy(page, 'Blue mug');
        await says(page, 'You may not do this: The token does not have the scope');
        await page.route('**/v1/**', (route) => route.abort());
        await buy(page, 'Red mug');
        await says(page, 'The API does not answer. Check that it is running');
        await page.unroute('**/v1/**');
        fake().failures.clear();
        await buy(page, 'Red mug');
        await changed(page, 'ann bought Red mug');
      });
    });

    test('a history that may not be read is said in its place, and the lists work', async () => {
      fake().failures.set('history', new ProblemError('forbidden', 'No scope'));
      await inShop(async (page) => {
        await page.locator('#purchases-text').filter({ hasText: 'You may not do this: No scope' }).waitFor();
        await buy(page, 'Blue mug');
        await changed(page, 'ann bought Blue mug');
      });
    });
  });

  describe('shelf', () => {
    test('the search finds the beginnings of words and ids', async () => {
      await inShop(async (page) => {
        await page.getByLabel('Search').fill('LAM b');
        await page.getByText('1 of 16 products match.').waitFor();
        expect(await page.locator('#shelf li').count()).toBe(1);
        await page.getByLabel('Search').fill('p1');
        await page.getByText('7 of 16 products match.').waitFor();
        await page.getByLabel('Search').fill('sofa');
        await page.getByText('No product on the shelf has sofa in its name or id.').waitFor();
      });
    });

    test('filters are offered if there is a catalogue, and apply to the shelf and to both lists', async () => {
      await inShop(async (page) => {
        await page.getByText('16 products').waitFor();
        expect(await page.locator('#catalogue-filters').isVisible()).toBe(false);
      });
      shop = await startFakeShop();
      fake().hasCatalogue = true;
      await inShop(async (page) => {
        await page.getByText('Filter by category and price').click();
        await page.getByLabel('Category').fill('mugs');
        await page.getByLabel('Price from').fill('10');
        await page.getByRole('button', { name: 'Filter' }).click();
        await page.getByText('4 products, most popular first.').waitFor();
        await expect
          .poll(() => names(page, 'any'))
          .toEqual(['Red mug', 'Tea mug', 'Travel mug', 'Camping mug']);
        await buy(page, 'Tea mug');
        await changed(page, 'ann bought Tea mug');
        expect(await names(page, 'new')).toEqual(['Red mug', 'Travel mug', 'Camping mug']);
        await page.getByRole('button', { name: 'Show all' }).click();
        await page.getByText('16 products').waitFor();
      });
    });
  });

  test('the keyboard is enough: buying keeps the focus, also on a product that moves', async () => {
    await inShop(async (page) => {
      const button = page.locator('#any-list').getByRole('button', { name: 'Buy: Blue mug' });
      await button.focus();
      await page.keyboard.press('Enter');
      await changed(page, 'ann bought Blue mug');
      expect(await page.locator('#any-list li').nth(1).textContent()).toContain('Blue mug');
      expect(await button.evaluate((node) => node === document.activeElement)).toBe(true);
      // In the other list the product leaves, so its list gets the focus.
      await page.locator('#new-list').getByRole('button', { name: 'Buy: Red mug' }).focus();
      await page.keyboard.press('Space');
      await changed(page, 'ann bought Red mug');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('new-title');
    });
  });

  test('each purchase is read out once, in one live region', async () => {
    await inShop(async (page) => {
      await page.evaluate(() => {
        const said: string[] = [];
        Object.assign(window, { said });
        for (const region of document.querySelectorAll('[role=status]'))
          new MutationObserver(() => said.push(`${region.id}: ${region.textContent}`)).observe(region, {
            childList: true,
            subtree: true,
            characterData: true,
          });
      });
      await buy(page, 'Blue mug');
      await changed(page, 'ann bought Blue mug');
      await page.locator('#purchases').getByText('Blue mug').waitFor();
      const said = await page.evaluate(() => (window as unknown as { said: string[] }).said);
      expect(said.map((each) => each.slice(0, 30))).toEqual([
        'outcome: Buying Blue mug …',
        'outcome: ann bought Blue mug. ',
      ]);
    });
  });

  test('products glide to their places, unless reduced motion is preferred', async () => {
    const moving = (page: Page) =>
      page.evaluate(() => {
        const seen: number[] = [];
        const animate = Element.prototype.animate;
        Element.prototype.animate = function (...args) {
          seen.push(1);
          return animate.apply(this, args);
        };
        Object.assign(window, { seen });
      });
    for (const [reducedMotion, atLeast] of [
      ['no-preference', 5],
      ['reduce', 0],
    ] as const) {
      shop = reducedMotion === 'reduce' ? await startFakeShop() : fake();
      await inShop(
        async (page) => {
          await moving(page);
          await buy(page, 'Blue mug');
          await changed(page, 'ann bought Blue mug');
          const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen.length);
          if (atLeast === 0) expect(seen).toBe(0);
          else expect(seen).toBeGreaterThan(atLeast);
        },
        { viewport: SIZES.laptop, reducedMotion },
      );
    }
  });

  test.each(
    Object.entries(SIZES).flatMap(([size, viewport]) =>
      (['light', 'dark'] as const).map((colorScheme) => [size, colorScheme, viewport] as const),
    ),
  )(
    'has no violation found by axe and is no wider than the screen: %s, %s',
    async (_size, colorScheme, viewport) => {
      fake().hasCatalogue = true;
      await inShop(
        async (page, { problems }) => {
          await page.getByText('Filter by category and price').click();
          await buy(page, 'Blue mug');
          await changed(page, 'ann bought Blue mug');
          expect(await violations(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
          expect(problems).toEqual([]);
        },
        { viewport, colorScheme, reducedMotion: 'reduce' },
      );
    },
  );

  test('the page asks its own server for everything', async () => {
    await inShop(async (page, { requests }) => {
      await buy(page, 'Blue mug');
      await changed(page, 'ann bought Blue mug');
      const { origin } = new URL(fake().url);
      expect(requests.filter((url) => !url.startsWith(origin) && !url.startsWith('data:'))).toEqual([]);
    });
  });

  test('without JavaScript the page says that it needs it', async () => {
    const { page } = await openPage(browser ?? missing('browser'), fake().url, { javaScriptEnabled: false });
    await page.getByText('it needs JavaScript').waitFor();
    await page.close();
    await fake().stop();
  });
});

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results: AxeResults = await page.evaluate(() => window.axe.run());
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}

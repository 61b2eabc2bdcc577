import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import { pageKey } from '../lambdas/pages-samples.ts';
import { browsed, describeInChromium } from './browsed.ts';
import { SIZES } from './chromium.ts';

/** On a phone, pictures and tables are wider than the screen: shadows show that they scroll, and the keyboard can scroll them. */

const tab = browsed();

describeInChromium(() => {
  const openOn = async (key: string, colorScheme: 'light' | 'dark'): Promise<Page> => {
    const { page } = await tab.open(tab.site.url(key), { viewport: SIZES.phone, colorScheme });
    await page.waitForFunction(() => [...document.images].every(({ naturalWidth }) => naturalWidth > 0));
    return page;
  };

  describe.each([
    ['a picture', pageKey(2), '.wide-picture'],
    ['a picture of the index', INDEX_KEY, '.wide-picture'],
    ['a table', pageKey(2), '#decision ~ .scroll'],
  ])('%s', (_what, key, selector) => {
    test.each(['light', 'dark'] as const)(
      'has a shadow at the right until it is scrolled to its end, %s',
      async (colorScheme) => {
        const page = await openOn(key, colorScheme);
        const wide = page.locator(selector).first();
        const most = await wide.evaluate((element) => element.scrollWidth - element.clientWidth);
        expect(most).toBeGreaterThan(20);
        const [atStart, leftAtStart] = [await edge(page, wide, 'right'), await edge(page, wide, 'left')];
        await wide.evaluate((element, left) => element.scrollTo({ left }), most);
        const [atEnd, leftAtEnd] = [await edge(page, wide, 'right'), await edge(page, wide, 'left')];
        expect(atStart).not.toBe(atEnd);
        expect(leftAtEnd).not.toBe(leftAtStart);
        // Without a shadow both sides show the background.
        expect(atEnd).toBe(leftAtStart);
        await page.close();
      },
    );
  });

  test.each([
    ['the page of a run', pageKey(2)],
    ['the index', INDEX_KEY],
  ])('the arrow keys scroll a picture of %s', async (_what, key) => {
    const page = await openOn(key, 'light');
    const wide = page.locator('.wide-picture').first();
    // Some browsers let the keyboard reach a scrolling box only with a tabindex.
    expect(await wide.getAttribute('tabindex')).toBe('0');
    await wide.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => wide.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
    await page.close();
  });

  test.each([
    ['the page of a run', pageKey(2)],
    ['the index', INDEX_KEY],
  ])('cells with sentences in tables of %s are wide enough for several words', async (_what, key) => {
    const page = await openOn(key, 'light');
    const widths = await page
      .locator('td.text')
      .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().width));
    expect(widths.length).toBeGreaterThan(0);
    for (const width of widths) expect(width).toBeGreaterThan(260);
    await page.close();
  });

  test('hashes and dates are not broken into two lines', async () => {
    const page = await openOn(pageKey(2), 'light');
    // With no width at all, every text breaks that may break.
    await page.addStyleTag({ content: 'td, p { max-width: 0 !important; }' });
    for (const what of ['code.hash', 'time']) {
      const lines = await page
        .locator(what)
        .evaluateAll((all) => all.map((each) => each.getClientRects().length).filter((count) => count > 0));
      expect([...new Set(lines)], what).toEqual([1]);
    }
    await page.close();
  });
});

/** Returns the pixels at one side of an element, near its lower border where nothing else is drawn. */
async function edge(page: Page, element: Locator, side: 'left' | 'right'): Promise<string> {
  await element.scrollIntoViewIfNeeded();
  const box = await element.boundingBox();
  if (!box) throw new Error('Cannot take a screenshot: the element is not visible');
  const clip = {
    x: side === 'left' ? box.x + 2 : box.x + box.width - 6,
    y: box.y + box.height - 9,
    width: 4,
    height: 4,
  };
  return (await page.screenshot({ clip })).toString('base64');
}

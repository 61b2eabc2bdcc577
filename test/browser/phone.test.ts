import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { pageKey } from '../lambdas/pages-samples.ts';
import { browsed, describeInChromium } from './browsed.ts';
import { SIZES } from './chromium.ts';

/** On a phone pictures and tables are wider than the screen: that they go on is seen, and they are reached by keyboard. */

const tab = browsed();

describeInChromium(() => {
  const openRun = async (colorScheme: 'light' | 'dark'): Promise<Page> =>
    (await tab.open(tab.site.url(pageKey(2)), { viewport: SIZES.phone, colorScheme })).page;

  describe.each([
    ['a picture', '.wide-picture'],
    ['a table', '#decision ~ .scroll'],
  ])('%s', (_what, selector) => {
    test.each(['light', 'dark'] as const)(
      'that goes on to the right has a shadow there until one is at its end, %s',
      async (colorScheme) => {
        const page = await openRun(colorScheme);
        const wide = page.locator(selector).first();
        const most = await wide.evaluate((element) => element.scrollWidth - element.clientWidth);
        expect(most).toBeGreaterThan(20);
        const [atStart, leftAtStart] = [await edge(page, wide, 'right'), await edge(page, wide, 'left')];
        await wide.evaluate((element, left) => element.scrollTo({ left }), most);
        const [atEnd, leftAtEnd] = [await edge(page, wide, 'right'), await edge(page, wide, 'left')];
        expect(atStart).not.toBe(atEnd);
        expect(leftAtEnd).not.toBe(leftAtStart);
        // No shadow on either side is the same: the ground.
        expect(atEnd).toBe(leftAtStart);
        await page.close();
      },
    );
  });

  test('the arrow keys scroll a picture', async () => {
    const page = await openRun('light');
    const wide = page.locator('.wide-picture').first();
    // Not every browser lets the keyboard reach what scrolls without being told.
    expect(await wide.getAttribute('tabindex')).toBe('0');
    await wide.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => wide.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
    await page.close();
  });
});

/** What the pixels look like at the side of an element, at its lower border, where nothing else is drawn. */
async function edge(page: Page, element: Locator, side: 'left' | 'right'): Promise<string> {
  await element.scrollIntoViewIfNeeded();
  const box = await element.boundingBox();
  if (!box) throw new Error('Cannot look at an element that is not there');
  const clip = {
    x: side === 'left' ? box.x + 2 : box.x + box.width - 6,
    y: box.y + box.height - 9,
    width: 4,
    height: 4,
  };
  return (await page.screenshot({ clip })).toString('base64');
}

import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { CHART_NAMES } from '../../lambdas/render/charts/registry.ts';
import { INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import { pageKey } from '../lambdas/pages-samples.ts';
import { browsed, describeInChromium } from './browsed.ts';

/** The pages on A4 paper: complete, and dark on white whatever the reader's screen looks like. */

/** A4 without its margins, in pixels. */
const PAPER = { width: 688, height: 1017 };

const PAGES = [
  ['the page of a run', pageKey(2), 'canvas'],
  ['the index', INDEX_KEY, '#explorer form'],
  ['a user in the index', `${INDEX_KEY}#user=u0005`, '#view table'],
] as const;

const tab = browsed();

describeInChromium(() => {
  const printed: Record<string, Page> = {};
  beforeAll(async () => {
    for (const [what, key, ready] of PAGES) {
      const { page } = await tab.open(tab.site.url(key), { viewport: PAPER, colorScheme: 'dark' });
      await page.locator(ready).first().waitFor();
      await page.waitForFunction(() => [...document.images].every(({ naturalWidth }) => naturalWidth > 0));
      // Open tables are printed, so all are opened here.
      await page.locator('details').evaluateAll((all) => {
        for (const each of all) each.setAttribute('open', '');
      });
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      printed[what] = page;
    }
  });
  const pageOf = (what: string): Page => {
    const page = printed[what];
    if (!page) throw new Error(`Cannot check ${what}: it was not opened`);
    return page;
  };

  describe.each(PAGES)('%s', (what) => {
    test('is dark on white although the screen is dark', async () => {
      const page = pageOf(what);
      // The letters of two headings side by side cover 0.45 of a row.
      // Print emulation does not reach pictures in files of their own; theme.test.ts tests those.
      const style = 'img { visibility: hidden; }';
      expect(await blackest(tab.browser, await page.screenshot({ fullPage: true, style }))).toBeLessThan(0.5);
      const colours = await page.evaluate(() =>
        [...document.querySelectorAll('h1, h2, p, td, th, figcaption, svg text')]
          .filter((element) => element.checkVisibility())
          .map((element) => [element, getComputedStyle(element)] as const)
          .map(([element, style]) => (element instanceof SVGElement ? style.fill : style.color)),
      );
      expect(colours.length).toBeGreaterThan(5);
      // Red, green and blue must each be in the darker half.
      expect([...new Set(colours)].filter((colour) => /(1[3-9]\d|2\d\d)/.test(colour))).toEqual([]);
    });

    test('has no controls and nothing that is cut off', async () => {
      const page = pageOf(what);
      const controls = 'input, select, button, nav, summary, canvas, .skip, figcaption a';
      expect(await page.locator(controls).filter({ visible: true }).count()).toBe(0);
      const wide = await page.evaluate(() => [
        document.documentElement.scrollWidth - window.innerWidth,
        ...[...document.querySelectorAll('.scroll, .wide-picture')]
          .filter((box) => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)
          .map(({ ariaLabel }) => ariaLabel),
      ]);
      expect(wide).toEqual([0]);
    });

    test('keeps headings with their text, and pictures and short tables in one piece', async () => {
      const page = pageOf(what);
      const torn = await page.evaluate(() =>
        [...document.querySelectorAll('h1, h2, h3, h4, figure, .scroll:not(:has(tr:nth-child(16))), tr')]
          .filter((element) => element.checkVisibility())
          .filter((element) => {
            const { breakAfter, breakInside } = getComputedStyle(element);
            return /^H/.test(element.tagName) ? breakAfter !== 'avoid' : breakInside !== 'avoid';
          })
          .map(({ outerHTML }) => outerHTML.slice(0, 80)),
      );
      expect(torn).toEqual([]);
    });
  });

  const headings = (what: string) =>
    pageOf(what).locator('h1, h2, h3').filter({ visible: true }).allTextContents();

  test('the page of a run prints its decision, pictures and quality, but not the interactive graph', async () => {
    const what = 'the page of a run';
    expect(await headings(what)).toEqual(
      expect.arrayContaining(['Run 2', 'Decision', 'Pictures', 'Quality', 'Files', 'Inputs and versions']),
    );
    expect(await headings(what)).not.toContain('Interactive graph');
    const pictures = await pageOf(what)
      .locator('figure svg')
      .evaluateAll((all) => all.map((each) => each.getBoundingClientRect()).map(({ width }) => width));
    expect(pictures).toHaveLength(CHART_NAMES.length);
    // Pictures are 640 pixels wide with letters of at least 11 pixels, which must be at least 7 points on paper.
    for (const width of pictures) expect(0.75 * 11 * (width / 640)).toBeGreaterThan(7);
    for (const label of ['Numbers behind the decision', 'Quality of Top picks'])
      expect(
        await pageOf(what).getByRole('group', { name: label }).filter({ visible: true }).count(),
        label,
      ).toBeGreaterThan(0);
  });

  test('a figure is no higher than its picture, so that two low pictures fit on a sheet', async () => {
    const heights = await pageOf('the page of a run')
      .locator('figure:not(:has(table))')
      .evaluateAll((all) =>
        all.map((figure) => {
          const heightOf = (element: Element | null) => element?.getBoundingClientRect().height ?? 0;
          return { figure: heightOf(figure), picture: heightOf(figure.querySelector('svg')) };
        }),
      );
    expect(heights.length).toBeGreaterThan(0);
    for (const { figure, picture } of heights) expect(figure).toBeLessThan(picture + 10);
  });

  test('the index prints pictures and decisions, and the explorer only with open details', async () => {
    expect(await headings('the index')).toEqual(
      expect.arrayContaining(['Pictures of the served run', 'Decisions']),
    );
    expect(await headings('the index')).not.toContain('Users and products');
    expect(await headings('a user in the index')).toEqual(
      expect.arrayContaining(['Users and products', 'User u0005', 'Pictures of the served run', 'Decisions']),
    );
    for (const image of await pageOf('the index').locator('img').all())
      expect(await image.isVisible()).toBe(true);
  });
});

/** Returns the largest share of dark pixels in one row; dark is the background of a dark page. */
async function blackest(browser: Browser, png: Buffer): Promise<number> {
  const page = await browser.newPage();
  const share = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    if (!context) throw new Error('Cannot read pixels');
    context.drawImage(image, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
    let most = 0;
    for (let y = 0; y < height; y++) {
      let dark = 0;
      for (let x = 0; x < width; x++) {
        const at = 4 * (y * width + x);
        if (Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0) < 60) dark++;
      }
      most = Math.max(most, dark / width);
    }
    return most;
  }, png.toString('base64'));
  await page.close();
  return share;
}

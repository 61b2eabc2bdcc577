import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chartsOf, INDEX_KEY } from '../../lambdas/shared/contract/keys.ts';
import { pageKey, sampleNetwork } from '../lambdas/pages-samples.ts';
import { EVIL_USER, ODD_USER } from '../lambdas/sample-shop.ts';
import { ATTACK } from '../lambdas/samples.ts';
import { browsed, describeInChromium, explorerReady } from './browsed.ts';
import { SIZES } from './chromium.ts';
import { networkPage } from './network-page.ts';
import { type Site, startSite } from './site.ts';

/** The pages in a browser: from the bucket and from disk, on a phone and a laptop. */

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const tab = browsed();
const { open } = tab;
const directory = mkdtempSync(join(tmpdir(), 'cartograph-pages-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describeInChromium(() => {
  describe.each(Object.entries(SIZES))('%s', (_size, viewport) => {
    test.each([
      ['the page of a run', pageKey(2), 'canvas'],
      ['the index', INDEX_KEY, '#explorer form'],
      ['a user', `${INDEX_KEY}#user=u0005`, '#view table'],
      ['a product', `${INDEX_KEY}#product=p0001`, '#view table'],
    ])(
      '%s has no violation found by axe, light or dark, and is no wider than the screen',
      async (_what, path, ready) => {
        for (const colorScheme of ['light', 'dark'] as const) {
          const { page, problems } = await open(tab.site.url(path), { viewport, colorScheme });
          await page.locator(ready).first().waitFor();
          expect(await violations(page), colorScheme).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
          expect(problems).toEqual([]);
          await page.close();
        }
      },
    );
  });

  test.each([
    ['the page of a run', pageKey(2), 'Blue glass lamp', 'canvas'],
    ['the index', INDEX_KEY, 'better than run 1', '#explorer form'],
  ])(
    '%s is no wider than the screen when a name has 300 letters without a space',
    async (_what, path, text, ready) => {
      const unbroken = tab.site.lake.text(path).replaceAll(text, 'W'.repeat(300));
      expect(unbroken).toMatch(
        path === INDEX_KEY ? /data-decision>promoted: W{300}/ : /<figcaption>[^<]*W{300}/,
      );
      for (const viewport of Object.values(SIZES)) {
        const { page } = await open('about:blank', { viewport });
        await page.route(tab.site.url(path), (route) =>
          route.fulfill({ body: unbroken, contentType: 'text/html' }),
        );
        await page.goto(tab.site.url(path));
        await page.locator(ready).first().waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
        await page.close();
      }
    },
  );

  test('the page of a run opens from disk without requests or errors', async () => {
    const file = join(directory, 'run.html');
    writeFileSync(file, tab.site.lake.text(pageKey(2)));
    const { page, problems, requests } = await open(pathToFileURL(file).href);
    await page.locator('canvas').waitFor();
    expect(problems).toEqual([]);
    expect(requests).toEqual([pathToFileURL(file).href]);
  });

  test('the index from disk says that it cannot update, and shows its content', async () => {
    const file = join(directory, 'index.html');
    writeFileSync(file, tab.site.lake.text(INDEX_KEY));
    const { page, problems } = await open(pathToFileURL(file).href);
    await page.getByText('This page was opened from disk').waitFor();
    expect(await page.getByText('promoted: better than run 1').count()).toBeGreaterThan(0);
    expect(problems.filter((problem) => !problem.includes('ERR_FILE_NOT_FOUND'))).toEqual([]);
  });

  test('without JavaScript the index shows its static content', async () => {
    const { page } = await open(tab.site.url(INDEX_KEY), { javaScriptEnabled: false });
    expect(await page.getByText('is served.').count()).toBe(1);
    expect(await page.getByText('Looking up users and products needs JavaScript').count()).toBe(1);
  });

  describe('the alternative text of a picture of the index', () => {
    const plain = (title: string) => `${title} (described on the run’s page)`;
    const texts = (page: Page) =>
      page.locator('#pictures img').evaluateAll((all) => all.map((each) => each.getAttribute('alt')));

    test('is the description in the SVG, as text', async () => {
      const { page, problems } = await open('about:blank');
      await page.route('**/degrees.svg', (route) =>
        route.request().resourceType() === 'fetch'
          ? route.fulfill({
              body: '<svg xmlns="http://www.w3.org/2000/svg" aria-label="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"/>',
            })
          : route.continue(),
      );
      await page.goto(tab.site.url(INDEX_KEY));
      const spec = (name: string) =>
        JSON.parse(tab.site.lake.text(`${chartsOf(2)}${name}.json`)) as { description: string };
      await expect
        .poll(() => texts(page), { timeout: 60_000 })
        .toEqual([
          `The recommendation graph: ${spec('recommendation-graph.vg').description}`,
          `The products recommended most: ${spec('top-products.vl').description}`,
          'How many links users and products have: "><img src=x onerror=alert(1)>',
        ]);
      expect(await page.locator('img[src="x"]').count()).toBe(0);
      expect(problems).toEqual([]);
    });

    test('is the default without JavaScript and while the SVG cannot be read', async () => {
      const still = await open(tab.site.url(INDEX_KEY), { javaScriptEnabled: false });
      expect((await texts(still.page))[0]).toBe(plain('The recommendation graph'));
      const { page } = await open('about:blank');
      let reads = 0;
      await page.route('**/degrees.svg', (route) =>
        route.request().resourceType() === 'fetch' && ++reads === 1
          ? route.fulfill({ status: 503 })
          : route.continue(),
      );
      await page.goto(tab.site.url(INDEX_KEY));
      await expect.poll(() => reads, { timeout: 60_000 }).toBe(1);
      expect((await texts(page))[2]).toBe(plain('How many links users and products have'));
      await expect
        .poll(async () => (await texts(page))[2], { timeout: 60_000 })
        .toMatch(/^How many links users and products have: The median user has /);
      await expect(page.getByText('The bucket cannot be read').count()).resolves.toBe(0);
    }, 180_000);
  });

  describe('malicious names', () => {
    test('are shown as text on every page and run nothing', async () => {
      const run = await open(tab.site.url(pageKey(2)));
      await run.page.locator('canvas').waitFor();
      await run.page.getByLabel('Find a user or product').fill('onerror');
      await run.page.keyboard.press('Enter');
      await run.page.getByRole('heading', { name: EVIL_USER }).waitFor();
      const index = await open(tab.site.url(`${INDEX_KEY}#user=${encodeURIComponent(EVIL_USER)}`));
      await index.page.getByRole('heading', { name: `User ${EVIL_USER}` }).waitFor();
      expect(await index.page.locator('#view').getByText(ATTACK).count()).toBeGreaterThan(0);
      for (const { page, problems } of [run, index]) {
        expect(await page.locator('img[src="x"]').count()).toBe(0);
        expect(problems).toEqual([]);
      }
    });

    test('do not run even as an injected script', async () => {
      const { page } = await open(tab.site.url(pageKey(2)));
      const slipped = await page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'document.title = "slipped"';
        document.body.append(script);
        return document.title;
      });
      expect(slipped).toBe('Run 2');
    });

    test('that JavaScript uses itself are ids like others', async () => {
      const { page } = await open(tab.site.url(`${INDEX_KEY}#user=${ODD_USER}`));
      await page.getByRole('heading', { name: `User ${ODD_USER}` }).waitFor();
      await page.goto(tab.site.url(`${INDEX_KEY}#product=${ODD_USER}`));
      await page.getByText(`There is no product ${ODD_USER} in run 2.`).waitFor();
    });
  });

  describe('the interactive graph', () => {
    test('can be searched, explored and filtered by keyboard', async () => {
      const { page, problems } = await open(tab.site.url(pageKey(2)));
      const canvas = page.locator('canvas');
      await canvas.waitFor();
      await page.getByLabel('Find a user or product').fill('oak table');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Oak table', exact: true }).waitFor();
      await page.locator('.panel').getByRole('button').first().focus();
      const next = (await page.locator('.panel').getByRole('button').first().textContent()) ?? '';
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: next, exact: true }).waitFor();
      await canvas.focus();
      const before = await pixels(page);
      for (const key of ['+', 'ArrowLeft', 'ArrowUp', '0']) await page.keyboard.press(key);
      await page.getByLabel('similar').uncheck();
      await page.getByLabel('Community', { exact: true }).selectOption({ index: 1 });
      await expect.poll(() => pixels(page)).not.toBe(before);
      await page.getByRole('button', { name: 'Show all' }).click();
      expect(await page.locator('.panel').textContent()).toBe('');
      expect(problems).toEqual([]);
    });

    test('clears a selection that a filter hides, and keeps others', async () => {
      const { page } = await open(tab.site.url(pageKey(2)));
      await page.getByLabel('Find a user or product').fill('oak table');
      await page.keyboard.press('Enter');
      const selected = page.getByRole('heading', { name: 'Oak table', exact: true });
      await selected.waitFor();
      await page.getByLabel('users (discs)').uncheck();
      expect(await selected.count()).toBe(1);
      await page.getByLabel('products (squares)').uncheck();
      expect(await page.locator('.panel').textContent()).toBe('');
    });

    test('is moved by one finger and zoomed by two', async () => {
      const { page } = await open(tab.site.url(pageKey(2)), { viewport: SIZES.phone, hasTouch: true });
      const canvas = page.locator('canvas');
      await canvas.scrollIntoViewIfNeeded();
      const before = await pixels(page);
      await canvas.evaluate((element) => {
        const { left, top } = element.getBoundingClientRect();
        const touch = (type: string, pointerId: number, x: number, y: number) =>
          element.dispatchEvent(
            new PointerEvent(type, {
              pointerId,
              pointerType: 'touch',
              clientX: left + x,
              clientY: top + y,
            }),
          );
        element.setPointerCapture = () => undefined;
        touch('pointerdown', 1, 100, 100);
        touch('pointerdown', 2, 200, 100);
        touch('pointermove', 1, 60, 100);
        touch('pointermove', 2, 260, 100);
        touch('pointerup', 1, 60, 100);
        touch('pointerup', 2, 260, 100);
      });
      await expect.poll(() => pixels(page)).not.toBe(before);
    });

    test('with 20,000 vertices and 60,000 edges is smaller than 3 MB and moves at 30 frames per second', async () => {
      const text = networkPage(sampleNetwork({ users: 14_000, products: 6_000 }, 4));
      expect(Buffer.byteLength(text)).toBeLessThan(3_000_000);
      const file = join(directory, 'large.html');
      writeFileSync(file, text);
      const { page, problems } = await open(pathToFileURL(file).href);
      await page.locator('canvas').waitFor();
      const frames = await page.evaluate(framesWhileMoving, 3_000);
      console.log(
        `20,000 vertices: ${frames.toFixed(1)} frames per second while moving, without a graphics card`,
      );
      // Half of the target, because the machine may be busy with other work.
      expect(frames).toBeGreaterThan(15);
      expect(problems).toEqual([]);
    }, 180_000);
  });

  describe('while it is open', () => {
    let followed: Site;
    beforeAll(async () => {
      followed = await startSite();
      await followed.publish(1);
    });
    afterAll(() => followed.stop());

    test('a new run appears without a reload, and the open details are read from it', {
      timeout: 180_000,
    }, async () => {
      const { page, problems } = await open(followed.url(`${INDEX_KEY}#user=u0005`));
      await page.getByText('Data of run 1.').waitFor();
      await page.evaluate(() => document.body.setAttribute('data-same', 'yes'));
      const status = page.getByRole('status').first();
      await followed.publish(2);
      await expect.poll(() => status.textContent(), { timeout: 60_000 }).toMatch(/^Run 2 is now served\./);
      await page.getByText('Data of run 2.').waitFor();
      expect(await page.title()).toBe('Cartograph: run 2');
      expect(await page.locator('#pictures img').first().getAttribute('src')).toContain('00000002/');
      expect(await page.locator('#decisions-table tbody tr').count()).toBe(2);
      expect(
        await page.getByRole('heading', { name: 'Changes since run 1, trained before it' }).count(),
      ).toBe(1);
      expect(await page.getByText('Since run 1: 1,234 recommendations added').count()).toBe(1);
      await followed.publish(3, { decision: 'refused' });
      await expect.poll(() => status.textContent(), { timeout: 60_000 }).toMatch(/^New decision: refused/);
      await page.getByText('Data of run 2.').waitFor();
      expect(await page.locator('body').getAttribute('data-same')).toBe('yes');
      expect(problems).toEqual([]);
    });

    test('the page says when the bucket does not answer, polls less often, and reconnects', {
      timeout: 180_000,
    }, async () => {
      const { page } = await open(followed.url(INDEX_KEY));
      await explorerReady(page);
      followed.isDown = true;
      await page.getByText('The bucket cannot be read. Next attempt in').waitFor({ timeout: 60_000 });
      followed.isDown = false;
      await page.getByText('Connected again.').waitFor({ timeout: 60_000 });
    });
  });
});

/** Returns the violated rules of axe, each with its first element. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results: AxeResults = await page.evaluate(() => window.axe.run());
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}

/** Returns the image on the canvas as a data URL. */
const pixels = (page: Page): Promise<string> =>
  page
    .locator('canvas')
    .evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? canvas.toDataURL() : ''));

/** Pans and zooms. @returns frames per second */
async function framesWhileMoving(milliseconds: number): Promise<number> {
  const canvas = document.querySelector('canvas');
  if (!canvas) throw new Error('Cannot move: there is no canvas');
  const { left, top } = canvas.getBoundingClientRect();
  canvas.setPointerCapture = () => undefined;
  canvas.focus();
  const drag = (type: string, x: number, y: number) =>
    canvas.dispatchEvent(
      new PointerEvent(type, { pointerId: 1, clientX: left + x, clientY: top + y, bubbles: true }),
    );
  drag('pointerdown', 400, 250);
  const startMs = performance.now();
  let frames = 0;
  while (performance.now() - startMs < milliseconds) {
    await new Promise(requestAnimationFrame);
    frames++;
    drag('pointermove', 400 + 150 * Math.sin(frames / 20), 250 + 100 * Math.cos(frames / 15));
    canvas.dispatchEvent(
      new WheelEvent('wheel', {
        deltaY: frames % 240 < 120 ? -8 : 8,
        clientX: left + 500,
        clientY: top + 250,
        cancelable: true,
      }),
    );
  }
  return (1000 * frames) / (performance.now() - startMs);
}

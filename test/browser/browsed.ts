import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { noBrowser, openPage, startBrowser, type Watched } from './chromium.ts';
import { type Site, startSite } from './site.ts';

/** Tests in a browser: skipped, with the reason in their name, where there is none. */
export function describeInChromium(tests: () => void): void {
  const name = `in chromium${noBrowser === undefined ? '' : ` (${noBrowser})`}`;
  describe.skipIf(noBrowser !== undefined)(name, tests);
}

export interface Browsed {
  readonly browser: Browser;
  /** Runs 1 and 2 are published there. */
  readonly site: Site;
  open(url: string, options?: Parameters<typeof openPage>[2]): Promise<Watched>;
}

/** A browser and a site for the tests of one file, to be called at its top; ended behind them, with all that was opened. */
export function browsed(): Browsed {
  let [browser, site]: [Browser?, Site?] = [];
  const opened: Page[] = [];
  const started = <Thing>(thing: Thing | undefined): Thing => {
    if (thing === undefined) throw new Error('Cannot browse: it starts before the first test');
    return thing;
  };
  beforeAll(async () => {
    if (noBrowser !== undefined) return;
    [browser, site] = await Promise.all([startBrowser(), startSite()]);
    for (const run of [1, 2]) await site.publish(run);
  });
  afterAll(async () => {
    await Promise.all(opened.map((page) => page.close()));
    await browser?.close();
    await site?.stop();
  });
  return {
    get browser() {
      return started(browser);
    },
    get site() {
      return started(site);
    },
    async open(url, options) {
      const watched = await openPage(started(browser), url, options);
      opened.push(watched.page);
      return watched;
    },
  };
}

/** What the explorer's field is called. */
export const FIELD = 'User or product, by id or name';
/** The explorer has what it needs from the bucket. */
export const explored = (page: Page): Promise<void> => page.getByText('Products to pick from:').waitFor();

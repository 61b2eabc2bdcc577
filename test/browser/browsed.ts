import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { noBrowser, openPage, startBrowser, type Watched } from './chromium.ts';
import { type Site, startSite } from './site.ts';

/** Defines tests that need a browser. Without one they are skipped, with the reason in their name. */
export function describeInChromium(tests: () => void): void {
  const name = `in chromium${noBrowser === undefined ? '' : ` (${noBrowser})`}`;
  describe.skipIf(noBrowser !== undefined)(name, tests);
}

export interface Browsed {
  readonly browser: Browser;
  /** Runs 1 and 2 are published on it. */
  readonly site: Site;
  open(url: string, options?: Parameters<typeof openPage>[2]): Promise<Watched>;
}

/** Starts a browser and a site for the tests of one file, and stops both after them. Call it at the top of the file. */
export function browsed(): Browsed {
  let [browser, site]: [Browser?, Site?] = [];
  const opened: Page[] = [];
  const started = <Thing>(thing: Thing | undefined): Thing => {
    if (thing === undefined) throw new Error('Cannot use the browser: it starts just before the first test');
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

/** The label of the explorer's field. */
export const FIELD = 'User or product (id or name)';
/** Resolves when the explorer has read its index from the bucket. */
export const explorerReady = (page: Page): Promise<void> => page.getByText('Popular products:').waitFor();

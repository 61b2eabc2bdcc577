import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's, or what stands for it elsewhere. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function find(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync);
}

const path = find();

/**
 * Why there is no real browser to test in; undefined: there is one.
 *
 * @throws {Error} In CI, where there must be one.
 */
export const noBrowser: string | undefined =
  path === undefined ? 'no chromium here: apt-get install chromium, and these tests run' : undefined;
if (noBrowser !== undefined && process.env.CI) throw new Error(`Cannot test the pages in CI: ${noBrowser}`);
if (noBrowser !== undefined) console.warn(`Skipped: tests in a browser (${noBrowser})`);

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    ...(path !== undefined && { executablePath: path }),
    // Containers give chromium no sandbox of its own; only our own pages are opened.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });

export const SIZES = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
} as const;

/** A page that remembers what went wrong in it. */
export interface Watched {
  readonly page: Page;
  /** Errors of programs, and what a policy has blocked. */
  readonly problems: string[];
  /** Addresses that were asked for, in order. */
  readonly requests: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newPage']>[0] = { viewport: SIZES.laptop },
): Promise<Watched> {
  const page = await browser.newPage(options);
  const [problems, requests]: [string[], string[]] = [[], []];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('dialog', (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 404'))
      problems.push(message.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, problems, requests };
}

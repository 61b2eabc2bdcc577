import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The names of the program on various systems. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function find(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync);
}

const path = find();

/**
 * The reason why there is no browser to test in; undefined if there is one.
 *
 * @throws {Error} In CI, where a browser must be installed.
 */
export const noBrowser: string | undefined =
  path === undefined
    ? 'chromium is not installed; these tests run after apt-get install chromium'
    : undefined;
if (noBrowser !== undefined && process.env.CI) throw new Error(`Cannot test the pages in CI: ${noBrowser}`);
if (noBrowser !== undefined) console.warn(`Skipped the tests in a browser: ${noBrowser}`);

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    ...(path !== undefined && { executablePath: path }),
    // Chromium cannot use its sandbox in a container. Only this project's pages are opened.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });

export const SIZES = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1280, height: 800 },
} as const;

/** An open page with a record of its errors and requests. */
export interface Watched {
  readonly page: Page;
  /** Errors of scripts, and everything that the content security policy blocked. */
  readonly problems: string[];
  /** Requested URLs, in order. */
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

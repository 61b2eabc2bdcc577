import { createHash } from 'node:crypto';
import { percent as shareOf } from '../contract/numbers.ts';
import { withoutBidi } from './bidi.ts';
import { STYLE } from './style.ts';

/** Safe HTML: the `html` template escapes every value in it, unless the value is an `Html` itself. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Html | readonly Html[];

/**
 * Escapes text for an element or a quoted attribute. Characters that would change the writing direction of the text
 * around it are replaced.
 */
export const escapeHtml = (text: string): string =>
  withoutBidi(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** @example html`<b>${'<script>'}</b>`.text // '<b>&lt;script&gt;</b>' */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const rendered = contents.map((content) => {
    if (content instanceof Html) return content.text;
    if (typeof content === 'string' || typeof content === 'number') return escapeHtml(String(content));
    return content.map(({ text }) => text).join('');
  });
  return new Html(strings.map((string, index) => string + (rendered[index] ?? '')).join(''));
}

export const NOTHING = new Html('');

export interface PageParts {
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
  /** CSS rules in addition to those of all pages. */
  readonly style?: string;
  /** The one script of the page. The content security policy lets nothing else run, whatever the data contain. */
  readonly script?: string;
  /** Origins of other servers that the script may ask, such as `https://login.example.com`. */
  readonly connect?: readonly string[];
}

/**
 * Builds a whole page. It needs nothing from other servers, and its content security policy forbids loading anything
 * from them; only the servers in `connect` may be asked.
 */
export const page = ({ title, header, main, style = '', script, connect = [] }: PageParts): string =>
  `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script, connect)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE + style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
${header}
</header>
<main id="main">
${main}
</main>
${script === undefined ? NOTHING : inlineScript(script)}</body>
</html>
`.text
  }`;

/** Returns the content security policy: the page may load its own pictures and files, and run the script with this hash. */
function policy(script: string | undefined, connect: readonly string[]): string {
  const hash = script === undefined ? undefined : createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    "img-src 'self' data:",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    ...(hash === undefined
      ? []
      : [`script-src 'sha256-${hash}'`, ["connect-src 'self'", ...connect].join(' ')]),
  ].join('; ');
}

/** @throws {TypeError} If the script contains text that would end its element. */
function inlineScript(script: string): Html {
  if (/<\/script|<!--/i.test(script))
    throw new TypeError(
      'Cannot embed a script: it contains </script or <!--, which its bundler should escape',
    );
  return new Html(`<script>${script}</script>\n`);
}

/** Embeds data for the page's script as JSON; no text in the data can end the element. */
export const island = (id: string, value: unknown): Html =>
  new Html(
    `<script type="application/json" id="${escapeHtml(id)}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`,
  );

export interface TableParts {
  /** The name of the table, read out by screen readers. */
  readonly label: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Content[])[];
  /** Indices of the columns of numbers, which are aligned to the right. */
  readonly numbers?: readonly number[];
  /** Indices of the columns of sentences or lists, which stay wide enough to read on a phone. */
  readonly texts?: readonly number[];
}

/** Builds a table that scrolls in its own box where it is too wide or too long. */
export const table = ({ label, header, rows, numbers = [], texts = [] }: TableParts): Html => {
  const cell = (tag: 'th scope="col"' | 'td') => (content: Content, column: number) => {
    const kind = numbers.includes(column) ? ' class="number"' : texts.includes(column) ? ' class="text"' : '';
    const open = new Html(`<${tag}${kind}>`);
    return html`${open}${content}${new Html(`</${tag.slice(0, 2)}>`)}`;
  };
  const size = new Html(rows.length > MAX_ROWS_UNSCROLLED ? 'scroll long' : 'scroll');
  return html`<div class="${size}" role="group" aria-label="${label}" tabindex="0"><table aria-label="${label}">
<thead><tr>${header.map(cell('th scope="col"'))}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map(cell('td'))}</tr>\n`)}</tbody>
</table></div>`;
};

/** A table with more rows scrolls. */
const MAX_ROWS_UNSCROLLED = 25;

/** Builds a grid of numbers with their names. */
export const factList = (facts: readonly (readonly [string, Content])[]): Html =>
  html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

export { grouped as count } from '../contract/numbers.ts';

/** Formats a share for a column of a page, with one decimal place in every row: 0.4567 → 45.7 %. */
export const percent = (share: number): string => shareOf(share, 1);

/** Formats a moment in UTC, to the minute. */
export const moment = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Formats a moment for a page: a line may break before the hour, never within the date. */
export function time(ms: number): Html {
  const [day = '', ...rest] = moment(ms).split(' ');
  return html`<time>${day}</time> ${rest.join(' ')}`;
}

/** Returns the name of a product with its id, or the id alone if it has no name. */
export const productLabel = ({
  product,
  name,
}: {
  readonly product: string;
  readonly name: string | null;
}): string => (name === null || name === product ? product : `${name} (${product})`);

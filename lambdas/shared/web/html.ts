import { createHash } from 'node:crypto';
import { percent as shareOf } from '../contract/numbers.ts';
import { withoutBidi } from './bidi.ts';
import { STYLE } from './style.ts';

/** HTML that is safe by construction: whatever is put into an `html` template is escaped, unless it is HTML itself. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = string | number | Html | readonly Html[];

/** Text as it may stand in an element or a quoted attribute; it turns the direction of nothing around it. */
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
  /** Rules beside those of all pages. */
  readonly style?: string;
  /** The one program of the page; nothing else in it is ever run, whatever data says. */
  readonly script?: string;
}

/** A whole page, without anything from elsewhere; a browser is told to load and run nothing else. */
export const page = ({ title, header, main, style = '', script }: PageParts): string =>
  `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script)}">
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
${script === undefined ? NOTHING : program(script)}</body>
</html>
`.text
  }`;

/** What a page may load and run: its own pictures and files, and the one program whose hash is named. */
function policy(script: string | undefined): string {
  const hash = script === undefined ? undefined : createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    "img-src 'self' data:",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    ...(hash === undefined ? [] : [`script-src 'sha256-${hash}'`, "connect-src 'self'"]),
  ].join('; ');
}

/** @throws {TypeError} If the program holds what would end its element. */
function program(script: string): Html {
  if (/<\/script|<!--/i.test(script))
    throw new TypeError('Cannot embed a program: it holds </script or <!--, its bundler should escape those');
  return new Html(`<script>${script}</script>\n`);
}

/** Data for the program of the page; no text in it can end its element. */
export const island = (id: string, value: unknown): Html =>
  new Html(
    `<script type="application/json" id="${escapeHtml(id)}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`,
  );

export interface TableParts {
  /** What the table shows, for those who hear the page. */
  readonly label: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Content[])[];
  /** Columns of numbers, set flush right. */
  readonly numbers?: readonly number[];
  /** Columns of sentences or lists, which a phone leaves wide enough to read. */
  readonly texts?: readonly number[];
}

/** A table that scrolls by itself where it is too wide or too long. */
export const table = ({ label, header, rows, numbers = [], texts = [] }: TableParts): Html => {
  const cell = (tag: 'th scope="col"' | 'td') => (content: Content, column: number) => {
    const kind = numbers.includes(column) ? ' class="number"' : texts.includes(column) ? ' class="text"' : '';
    const open = new Html(`<${tag}${kind}>`);
    return html`${open}${content}${new Html(`</${tag.slice(0, 2)}>`)}`;
  };
  const size = new Html(rows.length > LONG ? 'scroll long' : 'scroll');
  return html`<div class="${size}" role="group" aria-label="${label}" tabindex="0"><table aria-label="${label}">
<thead><tr>${header.map(cell('th scope="col"'))}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map(cell('td'))}</tr>\n`)}</tbody>
</table></div>`;
};

/** Rows from which on a table scrolls. */
const LONG = 25;

/** Numbers with their names, at a glance. */
export const factList = (facts: readonly (readonly [string, Content])[]): Html =>
  html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

export { grouped as count } from '../contract/numbers.ts';

/** 0.4567 → 45.7 %: pages have shares in columns, with one decimal place in every row. */
export const percent = (share: number): string => shareOf(share, 1);

/** A moment as a person reads it, UTC, to the minute. */
export const moment = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** A moment in a page: a line may end before its hour, never within its day. */
export function time(ms: number): Html {
  const [day = '', ...rest] = moment(ms).split(' ');
  return html`<time>${day}</time> ${rest.join(' ')}`;
}

/** A product by its name, with its id where that says more. */
export const productLabel = ({
  product,
  name,
}: {
  readonly product: string;
  readonly name: string | null;
}): string => (name === null || name === product ? product : `${name} (${product})`);

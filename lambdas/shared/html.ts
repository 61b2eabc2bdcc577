/** HTML that is safe by construction: whatever is put into an `html` template is escaped, unless it is HTML itself. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | Html | readonly Html[];

/** Text as it may stand in an element or a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** @example html`<b>${'<script>'}</b>`.text // <b>&lt;script&gt;</b> */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const rendered = contents.map((content) => {
    if (content instanceof Html) return content.text;
    if (typeof content === 'string' || typeof content === 'number') return escapeHtml(String(content));
    return content.map(({ text }) => text).join('');
  });
  return new Html(strings.map((string, index) => string + (rendered[index] ?? '')).join(''));
}

/** A whole page, without anything from elsewhere. */
export const page = (title: string, body: Html): string =>
  `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`.text
  }`;

const STYLE = new Html(`
:root { color-scheme: light; --ink: #1c2530; --soft: #5a6675; --line: #d9dfe6; --paper: #fff; --back: #f5f7f9; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; background: var(--back); color: var(--ink);
  font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.25rem 0 .6rem; }
p { margin: .4rem 0; } .soft { color: var(--soft); } a { color: #0b5cad; }
figure { margin: 1rem 0; padding: 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
figure svg, figure img { display: block; width: 100%; height: auto; } figcaption { color: var(--soft); font-size: .9rem; margin-top: .5rem; }
.scroll { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { padding: .4rem .75rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; } th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font-size: .88em; overflow-wrap: anywhere; }
@media print { body { background: #fff; max-width: none; } figure { break-inside: avoid; } }
`);

/** A table; cells of columns named in `numbers` are set flush right. */
export const table = (
  header: readonly string[],
  rows: readonly (readonly Content[])[],
  numbers: readonly number[] = [],
): Html => {
  const cell = (tag: 'th' | 'td') => (content: Content, column: number) => {
    const open = new Html(numbers.includes(column) ? `<${tag} class="number">` : `<${tag}>`);
    return html`${open}${content}${new Html(`</${tag}>`)}`;
  };
  return html`<div class="scroll" tabindex="0"><table>
<thead><tr>${header.map(cell('th'))}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map(cell('td'))}</tr>\n`)}</tbody>
</table></div>`;
};

/** 12345 → 12,345 */
export const count = (value: number): string => value.toLocaleString('en-US');

/** A moment as a person reads it, UTC, to the minute. */
export const moment = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

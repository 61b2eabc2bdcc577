import { Html, html } from '../../shared/web/html.ts';
import { CHARTS, type ChartName } from '../charts/registry.ts';
import type { PageData, Picture } from './data.ts';

/** The pictures, each with a caption and its numbers as a table. */
export const figures = (data: PageData): Html =>
  html`<div class="gallery">${data.pictures.map((picture) => figure(picture, data))}</div>`;

const figure = (
  { name, svg, caption, alternative, specification }: Picture,
  data: PageData,
): Html => html`<figure>
<div class="wide-picture" role="group" aria-label="Picture: ${name.replaceAll('-', ' ')}" tabindex="0"><div class="drawn" role="img" aria-label="${alternative}">${new Html(inline(svg, name))}</div></div>
<figcaption>${caption} <a href="${name}.svg">SVG</a> <a href="${name}.png">PNG</a> <a href="${specification.file}">${specification.language}</a></figcaption>
${numbersOf(name, data)}
</figure>
`;

/**
 * Prepares a picture to be part of a page. Every SVG numbers its ids from the same start, so each picture gets unique
 * ids. Its marks are hidden from screen readers, which read one text for the whole picture.
 */
const inline = (svg: string, name: string): string =>
  svg.replaceAll(/<[a-z][^>]*>/gi, (tag) =>
    tag
      .replaceAll(/\s(?:role|aria-[a-z]+)="[^"]*"/g, '')
      .replace(/^<svg\b/, '<svg aria-hidden="true"')
      .replaceAll(/(\sid=")([\w-]+")/g, `$1${name}-$2`)
      .replaceAll(/(url\(#|href="#)([\w-]+)/g, `$1${name}-$2`),
  );

function numbersOf(name: ChartName, data: PageData): Html {
  const { numbers } = CHARTS[name];
  return 'section' in numbers
    ? html`<p class="noprint"><a href="#${numbers.section}">The numbers as tables</a></p>`
    : html`<details><summary>The numbers as a table</summary>${numbers.table(data)}</details>`;
}

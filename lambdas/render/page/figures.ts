import { count, Html, html, NOTHING, percent, productLabel, table } from '../../shared/web/html.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import type { PageData, Picture } from './data.ts';
import { salesTable } from './sales.ts';

/** The pictures, each with a caption and its numbers as a table. */
export const figures = (data: PageData): Html =>
  html`<div class="gallery">${data.pictures.map((picture) => figure(picture, data))}</div>`;

const figure = ({ name, svg, caption, alternative }: Picture, data: PageData): Html => html`<figure>
<div class="wide-picture" role="group" aria-label="Picture: ${name.replaceAll('-', ' ')}" tabindex="0"><div class="drawn" role="img" aria-label="${alternative}">${new Html(inline(svg, name))}</div></div>
<figcaption>${caption} <a href="${name}.svg">SVG</a> <a href="${name}.png">PNG</a> <a href="${name}.vg.json">Vega</a></figcaption>
${numbersOf(name, data)}
</figure>
`;

/**
 * Prepares a picture to be part of a page. Every SVG numbers its ids from the same start, so each picture gets ids of its
 * own. Its marks are hidden from screen readers, which read one text for the whole picture.
 */
const inline = (svg: string, name: string): string =>
  svg.replaceAll(/<[a-z][^>]*>/gi, (tag) =>
    tag
      .replaceAll(/\s(?:role|aria-[a-z]+)="[^"]*"/g, '')
      .replace(/^<svg\b/, '<svg aria-hidden="true"')
      .replaceAll(/(\sid=")([\w-]+")/g, `$1${name}-$2`)
      .replaceAll(/(url\(#|href="#)([\w-]+)/g, `$1${name}-$2`),
  );

/** The table of each picture that has one below it, by the name of the picture. */
const TABLES: Readonly<Record<string, (data: PageData) => Html>> = {
  'recommendation-graph': ({ graph: { shown } }) => {
    const labels = new Map(shown.vertices.map(({ id, label }) => [id, label]));
    const label = (id: string): string => labels.get(id) ?? id.slice(2);
    return table({
      label: 'Recommendations in the picture',
      header: ['User', 'Rank', 'Product', 'Score'],
      rows: shown.edges.map(({ source, target, rank, score }) => [
        label(source),
        rank,
        label(target),
        score.toFixed(3),
      ]),
      numbers: [1, 3],
    });
  },
  'top-products': ({ products }) =>
    table({
      label: 'The products recommended most',
      header: ['Product', 'Users it is recommended to', 'Buyers', 'Sales rank'],
      rows: products.products.map((row) => [
        productLabel(row),
        count(row.recommendedTo),
        count(row.buyers),
        count(row.salesRank),
      ]),
      numbers: [1, 2, 3],
    }),
  lorenz: ({ facts }) =>
    table({
      label: 'How evenly recommendations spread over the products',
      header: ['Share of the products, least recommended first', `Their share of ${LIST_NAMES.any}`],
      rows: facts.exposure.lorenz.map(([products, share]) => [percent(products), percent(share)]),
      numbers: [0, 1],
    }),
  sales: salesTable,
  degrees: ({ degrees }) =>
    html`<div class="pair">${(['users', 'products'] as const).map((kind) =>
      table({
        label: `Links of ${kind}`,
        header: ['Links', kind === 'users' ? 'Users' : 'Products'],
        rows: degrees[kind].map(({ degree, vertices }) => [count(degree), count(vertices)]),
        numbers: [0, 1],
      }),
    )}</div>`,
};

/** Pictures whose numbers are in another section of the page. */
const SECTIONS: Readonly<Record<string, string>> = {
  exposure: 'difference',
  quality: 'quality',
  segments: 'quality',
  decision: 'decision',
};

function numbersOf(name: string, data: PageData): Html {
  const [rows, section] = [TABLES[name], SECTIONS[name]];
  if (section !== undefined)
    return html`<p class="noprint"><a href="#${section}">The numbers as tables</a></p>`;
  return rows ? html`<details><summary>The numbers as a table</summary>${rows(data)}</details>` : NOTHING;
}

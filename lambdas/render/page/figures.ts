import { count, Html, html, NOTHING, percent, productLabel, table } from '../../shared/web/html.ts';
import type { PageData, Picture } from './data.ts';
import { salesTable } from './sales.ts';

/** The pictures, each with what it shows in words and the table behind it. */
export const figures = (data: PageData): Html =>
  html`<div class="gallery">${data.pictures.map((picture) => figure(picture, data))}</div>`;

const figure = ({ name, svg, caption, alternative }: Picture, data: PageData): Html => html`<figure>
<div class="wide-picture" role="group" aria-label="Picture: ${name.replaceAll('-', ' ')}" tabindex="0"><div class="drawn" role="img" aria-label="${alternative}">${new Html(inlined(svg, name))}</div></div>
<figcaption>${caption} <a href="${name}.svg">SVG</a> <a href="${name}.png">PNG</a> <a href="${name}.vg.json">Vega</a></figcaption>
${behind(name, data)}
</figure>
`;

/**
 * A picture as a part of a page. Pictures are drawn one by one and count their ids alike, so in one page each gets its
 * own; and each is told as a whole, by one text, not mark by mark.
 */
const inlined = (svg: string, name: string): string =>
  svg.replaceAll(/<[a-z][^>]*>/gi, (tag) =>
    tag
      .replaceAll(/\s(?:role|aria-[a-z]+)="[^"]*"/g, '')
      .replace(/^<svg\b/, '<svg aria-hidden="true"')
      .replaceAll(/(\sid=")([\w-]+")/g, `$1${name}-$2`)
      .replaceAll(/(url\(#|href="#)([\w-]+)/g, `$1${name}-$2`),
  );

/** The numbers of a picture, by what it shows. */
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
      label: 'The products that are recommended most',
      header: ['Product', 'In lists', 'Buyers', 'Sales rank'],
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
      label: 'How recommendations spread over the products',
      header: ['Share of the products, least recommended first', 'Their share of list any'],
      rows: facts.exposure.lorenz.map(([products, share]) => [percent(products), percent(share)]),
      numbers: [0, 1],
    }),
  sales: salesTable,
  degrees: ({ degrees }) =>
    html`<div class="pair">${(['users', 'products'] as const).map((kind) =>
      table({
        label: `Degrees of ${kind}`,
        header: ['Degree', kind === 'users' ? 'Users' : 'Products'],
        rows: degrees[kind].map(({ degree, vertices }) => [count(degree), count(vertices)]),
        numbers: [0, 1],
      }),
    )}</div>`,
};

/** Pictures whose numbers are a part of the page of their own. */
const SECTIONS: Readonly<Record<string, string>> = {
  exposure: 'difference',
  quality: 'quality',
  segments: 'quality',
  decision: 'decision',
};

function behind(name: string, data: PageData): Html {
  const [rows, section] = [TABLES[name], SECTIONS[name]];
  if (section !== undefined)
    return html`<p class="noprint"><a href="#${section}">The numbers as tables</a></p>`;
  return rows ? html`<details><summary>The numbers as a table</summary>${rows(data)}</details>` : NOTHING;
}

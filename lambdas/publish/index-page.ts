import { count, type Html, html, moment, page, table } from '../shared/html.ts';
import { numberInKey } from '../shared/keys.ts';
import { bestBaseline, type Quality } from '../shared/quality.ts';
import type { Current, Publication } from '../shared/schemas.ts';

/** The pictures of a run that the index shows; render writes them, perhaps a little later. */
const PICTURES = [
  ['recommendation-graph', 'The recommendation graph'],
  ['top-products', 'The products that are recommended most'],
  ['degrees', 'How many links users and products have'],
] as const;

/**
 * `charts/index.html`: the served run and the list of decisions. Its links are relative, so it works from any place.
 *
 * @param publications Newest first.
 * @returns The same text for the same arguments.
 */
export function indexPage(current: Current, publications: readonly Publication[]): string {
  const body = html`<h1>Cartograph</h1>
${current.run === null ? html`<p>No run is served yet.</p>` : served(current.run, publications)}
<h2>Decisions</h2>
${table(['Publication', 'Run', 'Decision', 'Newest sale', 'Sales', 'NDCG@10 any', 'NDCG@10 new'], publications.map(row), [0, 1, 4, 5, 6])}
<p class="soft">NDCG@10: the model beside the best baseline, on the newest sales, which training had not seen.</p>`;
  return page(current.run === null ? 'Cartograph' : `Cartograph: run ${current.run}`, body);
}

function served(run: number, publications: readonly Publication[]): Html {
  const numbers = publications.find((publication) => publication.run === run)?.numbers;
  const folder = numberInKey(run);
  return html`<p>Run <a href="${folder}/index.html">${run}</a> is served.
${numbers ? html`It knows ${count(numbers.interactions)} sales of ${count(numbers.products)} products to ${count(numbers.users)} users, the newest of ${moment(numbers.asOfMs)}.` : ''}</p>
${PICTURES.map(([name, title]) => html`<figure><a href="${folder}/index.html"><img src="${folder}/${name}.svg" alt="${title}"></a></figure>\n`)}`;
}

const row = ({ publication, run, decision, reason, numbers }: Publication) => [
  publication,
  html`<a href="${numberInKey(run)}/index.html">${run}</a>`,
  `${decision}: ${reason}`,
  numbers ? moment(numbers.asOfMs) : '–',
  numbers ? count(numbers.interactions) : '–',
  quality(numbers?.quality.any ?? null),
  quality(numbers?.quality.new ?? null),
];

const quality = (of: Quality['any']): string =>
  of ? `${of.model.value.toFixed(3)} beside ${bestBaseline(of).ndcg.value.toFixed(3)}` : '–';

import { CHART_NAMES, CHARTS } from '../render/charts/registry.ts';
import { numberInKey } from '../shared/contract/keys.ts';
import { bestBaseline, type Quality } from '../shared/contract/quality.ts';
import type { Current, Publication } from '../shared/contract/schemas.ts';
import { browserCode } from '../shared/web/browser-code.ts';
import { count, type Html, html, NOTHING, page, table, time } from '../shared/web/html.ts';

/** The charts that the index shows. Render draws them a little later, and the page's program adds their findings. */
const PICTURES = CHART_NAMES.flatMap((name) => {
  const { onIndex } = CHARTS[name];
  return onIndex === undefined ? [] : [[name, onIndex] as const];
});

/**
 * `charts/index.html`: the served run and the list of decisions. Its links are relative, so it works from any place. Where
 * it can read the bucket its program follows what is published, and explores the served run.
 *
 * @param publications Newest first.
 * @returns The same text for the same arguments.
 */
export function indexPage(current: Current, publications: readonly Publication[]): string {
  const { run, publication } = current;
  return page({
    title: run === null ? 'Cartograph' : `Cartograph: run ${run}`,
    header: html`<h1>Cartograph</h1>
<p id="status" class="soft noprint" role="status"></p>`,
    main: html`<div id="live" data-state="${publication} ${run ?? 'none'}">
${run === null ? html`<p>No run is served yet.</p>` : served(run, publications)}
</div>
<section aria-labelledby="explore">
<h2 id="explore">Users and products</h2>
<div id="explorer"><p class="soft">Looking up users and products needs JavaScript, and a place where this page can read the bucket.</p></div>
</section>
<section aria-labelledby="look">
<h2 id="look">What it looks like</h2>
<div id="pictures">${run === null ? NOTHING : pictures(run)}</div>
</section>
<section id="differences" aria-label="Against the run before"></section>
<section aria-labelledby="decisions">
<h2 id="decisions">Decisions</h2>
<div id="decisions-table">${decisions(publications)}</div>
<p class="soft">NDCG@10: the model beside the best baseline, on the newest sales, which training had not seen.</p>
</section>`,
    script: browserCode('index-page'),
  });
}

function served(run: number, publications: readonly Publication[]): Html {
  const numbers = publications.find((publication) => publication.run === run)?.numbers;
  const folder = numberInKey(run);
  const knows = numbers
    ? html`It knows ${count(numbers.interactions)} sales of ${count(numbers.products)} products to ${count(numbers.users)} users, the newest of ${time(numbers.asOfMs)}.`
    : NOTHING;
  return html`<p>Run <a href="${folder}/index.html">${run}</a> is served. ${knows}</p>
<p><a href="${folder}/index.html">Everything about run ${run}</a>: all pictures, the graph to walk through, quality, files.</p>`;
}

function pictures(run: number): Html {
  const folder = numberInKey(run);
  return html`<div class="gallery">${PICTURES.map(
    ([name, title]) =>
      html`<figure><div class="wide-picture" role="group" aria-label="Picture: ${title}" tabindex="0"><a class="drawn" href="${folder}/index.html"><img src="${folder}/${name}.svg" alt="${title} (described on the run’s page)" data-title="${title}"></a></div></figure>\n`,
  )}</div>`;
}

const decisions = (publications: readonly Publication[]): Html =>
  table({
    label: 'Decisions, newest first',
    header: ['Publication', 'Run', 'Decision', 'Newest sale', 'Sales', 'NDCG@10 any', 'NDCG@10 new'],
    rows: publications.map(row),
    numbers: [0, 1, 3, 4, 5, 6],
    texts: [2],
  });

const row = ({ publication, run, decision, reason, numbers }: Publication) => [
  publication,
  html`<a href="${numberInKey(run)}/index.html">${run}</a>`,
  html`<span data-decision>${decision}: ${reason}</span>`,
  numbers ? time(numbers.asOfMs) : '–',
  numbers ? count(numbers.interactions) : '–',
  quality(numbers?.quality.any ?? null),
  quality(numbers?.quality.new ?? null),
];

const quality = (of: Quality['any']): string =>
  of ? `${of.model.value.toFixed(3)} beside ${bestBaseline(of).ndcg.value.toFixed(3)}` : '–';

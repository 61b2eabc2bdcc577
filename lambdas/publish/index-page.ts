import { CHART_NAMES, CHARTS } from '../render/charts/registry.ts';
import { numberInKey } from '../shared/contract/keys.ts';
import { bestBaseline, LIST_KINDS, type Quality } from '../shared/contract/quality.ts';
import type { Waiting } from '../shared/contract/receipt.ts';
import type { RunCost } from '../shared/contract/run-cost.ts';
import type { Current, Publication } from '../shared/contract/schemas.ts';
import { browserCode } from '../shared/web/browser-code.ts';
import { costTable } from '../shared/web/cost-table.ts';
import type { ExplorerSettings } from '../shared/web/explorer-settings.ts';
import { count, type Html, html, island, NOTHING, page, table, time } from '../shared/web/html.ts';
import { LIST_NAMES, LISTS_EXPLAINED, withListNames } from '../shared/web/lists.ts';

/** Optional parts of the page. */
export interface Extras {
  /**
   * Undefined where the files of a run have the ids of users; otherwise they have pseudonyms, and the page asks for a user by
   * id.
   */
  readonly explorer?: ExplorerSettings | undefined;
  /** The costs of runs, oldest first. */
  readonly runs?: readonly RunCost[];
  /** Windows that wait for the budget of the next month. */
  readonly waiting?: readonly Waiting[];
}

/** The charts that the index shows. Render draws them after publish; the page's script adds their descriptions. */
const PICTURES = CHART_NAMES.flatMap((name) => {
  const { onIndex } = CHARTS[name];
  return onIndex === undefined ? [] : [[name, onIndex] as const];
});

/**
 * Builds `charts/index.html`: the served run, its pictures and the list of decisions. All links are relative, so the page
 * works from any place. Where the bucket can be read, the page's script shows new runs as they are published and looks up
 * users and products of the served run.
 *
 * @param publications Newest first.
 * @param extras Optional parts of the page; see {@link Extras}.
 * @returns The same text for the same arguments.
 */
export function indexPage(
  current: Current,
  publications: readonly Publication[],
  { explorer, runs = [], waiting = [] }: Extras = {},
): string {
  const { run, publication } = current;
  return page({
    title: run === null ? 'Cartograph' : `Cartograph: run ${run}`,
    header: html`<h1>Cartograph</h1>
<p id="status" class="soft noprint" role="status"></p>`,
    main: html`<div id="live" data-state="${publication} ${run ?? 'none'}">
${run === null ? html`<p>No run is served yet.</p>` : servedRun(run, publications)}
</div>
<section aria-labelledby="explore">
<h2 id="explore">Users and products</h2>${explorer ? pseudonyms(explorer) : NOTHING}
<div id="explorer"><p class="soft">Looking up users and products needs JavaScript and a server that serves the bucket.</p></div>
</section>
<section aria-labelledby="look">
<h2 id="look">Pictures of the served run</h2>
<div id="pictures">${run === null ? NOTHING : pictures(run)}</div>
</section>
<section id="differences" aria-label="Changes since the previous run"></section>
<section aria-labelledby="decisions">
<h2 id="decisions">Decisions</h2>
<div id="decisions-table">${decisions(publications)}</div>
<p class="soft">NDCG@10: the model compared with the best baseline, on the newest sales, which training did not see.</p>
</section>
<section aria-labelledby="cost">
<h2 id="cost">Cost</h2>
<div id="costs">${costTable(runs, waiting)}</div>
</section>`,
    script: browserCode(explorer ? 'keyed-index-page' : 'index-page'),
    connect: explorer?.api ? originsOf(explorer.api) : [],
  });
}

const pseudonyms = (explorer: ExplorerSettings): Html => html`
<p class="soft">Users are shown under pseudonyms, not under their ids in the shop. To look one up, type the whole id.</p>
${island('explorer-settings', explorer)}`;

/** The servers that the script asks for users, and at which people sign in. */
const originsOf = ({ url, signIn }: NonNullable<ExplorerSettings['api']>): string[] => [
  ...new Set([new URL(url).origin, new URL(signIn.endpoints?.token ?? signIn.issuer).origin]),
];

function servedRun(run: number, publications: readonly Publication[]): Html {
  const numbers = publications.find((publication) => publication.run === run)?.numbers;
  const folder = numberInKey(run);
  const size = numbers
    ? html`It was trained on ${count(numbers.interactions)} sales of ${count(numbers.products)} products to ${count(numbers.users)} users; the newest sale is from ${time(numbers.asOfMs)}.`
    : NOTHING;
  return html`<p>Run <a href="${folder}/index.html">${run}</a> is served. ${size} Each user gets two lists: ${LISTS_EXPLAINED}</p>
<p><a href="${folder}/index.html">All about run ${run}</a>: every picture, the interactive graph, quality and files.</p>`;
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
    header: [
      'Publication',
      'Run',
      'Decision',
      'Newest sale',
      'Sales',
      ...LIST_KINDS.map((list) => `NDCG@10 ${LIST_NAMES[list]}`),
    ],
    rows: publications.map(row),
    numbers: [0, 1, 3, 4, 5, 6],
    texts: [2],
  });

const row = ({ publication, run, decision, reason, numbers }: Publication) => [
  publication,
  html`<a href="${numberInKey(run)}/index.html">${run}</a>`,
  html`<span data-decision>${decision}: ${withListNames(reason)}</span>`,
  numbers ? time(numbers.asOfMs) : '–',
  numbers ? count(numbers.interactions) : '–',
  quality(numbers?.quality.any ?? null),
  quality(numbers?.quality.new ?? null),
];

const quality = (measured: Quality['any']): string =>
  measured ? `${measured.model.value.toFixed(3)} vs. ${bestBaseline(measured).ndcg.value.toFixed(3)}` : '–';

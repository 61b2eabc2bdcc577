import { browserCode } from '../shared/web/browser-code.ts';
import { count, type Html, html, page, time } from '../shared/web/html.ts';
import { LISTS_EXPLAINED } from '../shared/web/lists.ts';
import { darkRules } from './drawing/theme.ts';
import { graphFacts } from './page/communities.ts';
import { cost } from './page/cost.ts';
import type { PageData, Section } from './page/data.ts';
import { decision } from './page/decision.ts';
import { changes, changesTitle } from './page/difference.ts';
import { figures } from './page/figures.ts';
import { files } from './page/files.ts';
import { inputs } from './page/inputs.ts';
import { hasNetwork, network } from './page/network.ts';
import { oneUser } from './page/one-user.ts';
import { quality } from './page/quality.ts';

/**
 * Builds `charts/N/index.html`, the page of one run. The page is one file that opens from anywhere; its links to the
 * run's files are relative to its place in the bucket.
 */
export function runPage(data: PageData): string {
  const { run, asOfMs, inputs: trained, counts } = data.manifest;
  const sections = sectionsOf(data);
  const header = html`<p class="noprint"><a href="../index.html">All runs</a></p>
<h1>Run ${run}</h1>
<p class="soft">Trained on ${count(trained.interactions)} sales of ${count(counts.products)} products to ${count(counts.users)} users; the newest sale is from ${time(asOfMs)}. Each user gets two lists: ${LISTS_EXPLAINED}${data.hasPseudonyms ? ' Users are shown under pseudonyms, not under their ids in the shop.' : ''}</p>
<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
  return page({
    title: `Run ${run}`,
    header,
    main: html`${sections.map(section)}`,
    style: PICTURE_STYLE,
    ...(hasNetwork(data) && { script: browserCode('run-page') }),
  });
}

/**
 * Pictures are dark when the page is dark. Their background is transparent, so that the shadow at the edge of a picture
 * that scrolls shows through.
 */
const PICTURE_STYLE = `.wide-picture .drawn svg > rect:first-child { fill: none; }
@media screen and (prefers-color-scheme: dark) { ${darkRules('.drawn svg ')} }`;

/** Returns the sections in the order of the page; sections without content are left out. */
function sectionsOf(data: PageData): Section[] {
  const { manifest, pictures, users } = data;
  const all: Section[] = [
    { id: 'decision', title: 'Decision', body: decision(data) },
    { id: 'pictures', title: 'Pictures', body: figures(data) },
    { id: 'walk', title: 'Interactive graph', body: network(data) },
    { id: 'quality', title: 'Quality', body: quality(data) },
    { id: 'difference', title: changesTitle(data), body: changes(data) },
    { id: 'graph', title: 'The graph in numbers', body: graphFacts(data) },
    { id: 'user', title: 'One user', body: oneUser(data) },
    { id: 'files', title: 'Files', body: files(manifest) },
    { id: 'cost', title: 'Cost', body: cost(data) },
    { id: 'inputs', title: 'Inputs and versions', body: inputs(manifest) },
  ];
  const isEmpty: Readonly<Record<string, boolean>> = {
    pictures: pictures.length === 0,
    user: users.length === 0,
  };
  return all.filter(({ id }) => !isEmpty[id]);
}

const section = ({ id, title, body }: Section): Html => html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${body}
</section>
`;

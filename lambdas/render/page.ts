import { count, Html, html, moment, page, table } from '../shared/html.ts';
import { BASELINES, LIST_KINDS, type ListKind, type Metric, type Metrics } from '../shared/quality.ts';
import type { Manifest } from '../shared/schemas.ts';
import type { UserSummary } from '../shared/summaries.ts';
import type { ChartName } from './charts/registry.ts';

/** A chart as the page shows it. */
export interface Picture {
  readonly name: ChartName;
  readonly svg: string;
  readonly caption: string;
}

export interface PageData {
  readonly manifest: Manifest;
  readonly metrics: Metrics;
  readonly users: UserSummary['users'];
  readonly pictures: readonly Picture[];
}

/** `charts/N/index.html`: one file that opens from anywhere; its links to the run's files are relative to the bucket. */
export function runPage({ manifest, metrics, users, pictures }: PageData): string {
  const { run, asOfMs, inputs, counts } = manifest;
  const body = html`<p><a href="../index.html">All runs</a></p>
<h1>Run ${run}</h1>
<p class="soft">${count(inputs.interactions)} sales of ${count(counts.products)} products to ${count(counts.users)} users, the newest of ${moment(asOfMs)}</p>
${pictures.map(figure)}
<h2>Quality</h2>
${quality(metrics)}
${users.slice(0, 1).map(user)}
<h2>Files</h2>
${table(
  ['File', 'Rows', 'Bytes', 'SHA-256'],
  manifest.files.map(({ name, key, rows, sizeBytes, sha256 }) => [
    html`<a href="../../${key}">${name}</a>`,
    count(rows),
    count(sizeBytes),
    html`<code>${sha256.slice(0, 16)}…</code>`,
  ]),
  [1, 2],
)}
<h2>Inputs and versions</h2>
${table(['What', 'Value'], facts(manifest))}`;
  return page(`Run ${run}`, body);
}

const figure = ({ name, svg, caption }: Picture): Html => html`<figure role="img" aria-label="${caption}">
${new Html(svg)}
<figcaption>${caption} <a href="${name}.svg">SVG</a> <a href="${name}.png">PNG</a> <a href="${name}.vg.json">Vega</a></figcaption>
</figure>
`;

function quality(metrics: Metrics): Html {
  const { holdout, rmsePreference } = metrics;
  const rows = LIST_KINDS.flatMap((list) => rowsOf(list, metrics[list]));
  if (rows.length === 0 || holdout.fromMs === null)
    return html`<p>No holdout could be made: there are too few sales, or all of one moment.</p>`;
  return html`${table(['List', 'Scorer', 'NDCG@10', 'Recall@10', 'MAP@10', 'Hit rate@10', 'Coverage@10', 'Users'], rows, [2, 3, 4, 5, 6, 7])}
<p class="soft">Held out: ${count(holdout.interactions)} sales since ${moment(holdout.fromMs)}; mean over users with its 95 % interval. ${count(holdout.unknownPairs)} pairs were left out, for nobody can rank a user or product without a past.</p>
${rmsePreference ? html`<p class="soft">Root mean squared error of the preference: ${rmsePreference.value.toFixed(3)}. It says little about ranking.</p>` : ''}`;
}

const SCORER_NAMES: Readonly<Record<string, string>> = {
  ...BASELINES,
  matrixFactorisation: 'matrix factorisation',
};

const rowsOf = (list: ListKind, scorers: Metrics['any']): (string | number)[][] =>
  Object.entries(scorers ?? {}).map(([scorer, metrics]) => [
    list,
    SCORER_NAMES[scorer] ?? scorer,
    metric(metrics['ndcg@10']),
    metric(metrics['recall@10']),
    metric(metrics['map@10']),
    metric(metrics['hitRate@10']),
    `${(100 * metrics['coverage@10']).toFixed(1)} %`,
    count(metrics['ndcg@10'].n),
  ]);

const metric = ({ value, low, high }: Metric): string =>
  `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;

const user = ({ user: id, bought, recommended }: UserSummary['users'][number]): Html => {
  const listed = (list: ListKind) => recommended.filter((row) => row.list === list);
  const label = ({ name, product }: { name: string | null; product: string }) =>
    name === null ? product : `${name} (${product})`;
  return html`<h2>One user: ${id}</h2>
<p>Bought last: ${bought.map(label).join(', ')}</p>
${table(
  ['Rank', 'Any', 'New'],
  listed('any').map((row, index) => {
    const fresh = listed('new')[index];
    return [row.rank, label(row), fresh ? label(fresh) : '–'];
  }),
  [0],
)}
<p class="soft">Any may include what the user has bought; new does not.</p>
`;
};

function facts({ attempt, inputs, model, versions, seconds, counts }: Manifest): (string | Html)[][] {
  const offsets = Object.entries(inputs.offsets).map(
    ([partition, ranges]) =>
      html`<code>${partition}: ${ranges.map(([first, last]) => `${first}–${last}`).join(', ')}</code><br>`,
  );
  return [
    ['Windows', inputs.windows.join(', ')],
    ['Batches', count(inputs.batches)],
    ['Offsets', html`${offsets}`],
    ['Repeats dropped', count(inputs.repeats)],
    ['Addresses with different content', count(inputs.conflicts)],
    ['Sales of a type without weight', count(inputs.unweighted)],
    ['Training set SHA-256', html`<code>${inputs.trainingSetSha256}</code>`],
    ['Attempt', String(attempt)],
    ['Graph', `${count(counts.vertices)} vertices, ${count(counts.edges)} edges`],
    ['Model', html`<code>${JSON.stringify(model)}</code>`],
    [
      'Versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    [
      'Seconds',
      Object.entries(seconds)
        .map(([step, taken]) => `${step} ${taken}`)
        .join(', '),
    ],
  ];
}

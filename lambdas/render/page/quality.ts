import { numberInKey } from '../../shared/contract/keys.ts';
import {
  BASELINES,
  bestBaseline,
  LIST_KINDS,
  type ListKind,
  type Metric,
  type Metrics,
  type RankingMetrics,
} from '../../shared/contract/quality.ts';
import {
  type Content,
  count,
  type Html,
  html,
  NOTHING,
  percent,
  table,
  time,
} from '../../shared/web/html.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import type { RunOutcome } from '../charts/chart.ts';
import type { PageData } from './data.ts';

type Scorers = readonly (readonly [string, RankingMetrics])[];

/** The quality of the lists, next to baselines that need no model. */
export function quality({ metrics, runs }: PageData): Html {
  const { holdout, rmsePreference, series } = metrics;
  const measured = LIST_KINDS.filter((list) => metrics[list]);
  if (measured.length === 0 || holdout.fromMs === null)
    return html`<p>No sales could be held out to measure quality: there are too few, or all were made at the same moment.</p>${overRuns(runs)}`;
  return html`<p class="soft">Measured on ${count(holdout.interactions)} held-out sales since ${time(holdout.fromMs)}, which training did not see (${KINDS[holdout.kind]}). Each number is a mean over users, with its 95 % interval. ${count(holdout.unknownPairs)} pairs were left out, because their user or product has no earlier sales.</p>
${measured.map((list) => listQuality(list, scorersOf(metrics[list])))}
${rmsePreference ? html`<p class="soft">Root mean squared error of the predicted preference: ${rmsePreference.value.toFixed(3)}. It says little about the ranking.</p>` : NOTHING}
${afterwardsTable(series)}
${overRuns(runs)}`;
}

const KINDS: Readonly<Record<Metrics['holdout']['kind'], string>> = {
  window: 'the sales after every earlier run',
  share: 'the newest sales',
  moment: 'the sales from a configured moment on',
  lastBasket: 'the last basket of each user',
};

const NAMES: Readonly<Record<string, string>> = {
  ...BASELINES,
  served: 'the served run',
  matrixFactorisation: 'matrix factorisation alone',
};
const nameOf = (scorer: string): string => NAMES[scorer] ?? scorer;

/** Leaves out the scorers that were not measured, which `Object.entries` keeps with the value undefined. */
const scorersOf = (scorers: Metrics['any']): Scorers =>
  Object.entries(scorers ?? {}).flatMap(([name, ranking]) => (ranking ? [[name, ranking] as const] : []));

const listQuality = (list: ListKind, scorers: Scorers): Html => html`<h3>${LIST_NAMES[list]}</h3>
${table({
  label: `Quality of ${LIST_NAMES[list]}`,
  header: [
    'Ranked by',
    'NDCG@10',
    'Recall@10',
    'MAP@10',
    'Hit rate@10',
    'Novelty@10, bits',
    'Coverage@10',
    'Users',
  ],
  rows: scorers.map(([scorer, ranking]) => [
    scorer === 'model' ? html`<strong>model</strong>` : nameOf(scorer),
    interval(ranking['ndcg@10']),
    interval(ranking['recall@10']),
    interval(ranking['map@10']),
    interval(ranking['hitRate@10']),
    ranking['novelty@10'] ? interval(ranking['novelty@10'], 1) : '–',
    percent(ranking['coverage@10']),
    count(ranking['ndcg@10'].n),
  ]),
  numbers: [1, 2, 3, 4, 5, 6, 7],
})}
${byHistory(list, scorers)}
${byPopularity(list, scorers)}
`;

/**
 * Shows a mean with its interval. A line may break before the bracket, never within it.
 *
 * @example interval(metric) // 0.400 (0.300–0.500)
 */
export const interval = ({ value, low, high }: Metric, digits = 3): Html =>
  html`${value.toFixed(digits)} <span>(${low.toFixed(digits)}–${high.toFixed(digits)})</span>`;

/** Makes a table with a column per scorer that was measured by these parts, and a row per part. */
function byPart<Part>(
  label: string,
  summary: string,
  scorers: Scorers,
  parts: {
    partsOf: (ranking: RankingMetrics) => readonly Part[] | undefined;
    name: (part: Part) => string;
    metric: (part: Part) => Metric;
  },
): Html {
  const columns = scorers.flatMap(([scorer, ranking]) => {
    const measured = parts.partsOf(ranking);
    return measured
      ? [{ scorer, byName: new Map(measured.map((part) => [parts.name(part), parts.metric(part)])) }]
      : [];
  });
  const names = [...new Set(columns.flatMap(({ byName }) => [...byName.keys()]))];
  if (names.length === 0) return NOTHING;
  const cell = (metric: Metric | undefined) =>
    metric ? html`${interval(metric)}, n ${count(metric.n)}` : '–';
  return html`<details><summary>${summary}</summary>
${table({
  label,
  header: ['', ...columns.map(({ scorer }) => nameOf(scorer))],
  rows: names.map((name) => [name, ...columns.map(({ byName }) => cell(byName.get(name)))]),
  numbers: columns.map((_, index) => index + 1),
})}</details>
`;
}

const byHistory = (list: ListKind, scorers: Scorers): Html =>
  byPart(
    `Quality of ${LIST_NAMES[list]} by length of history`,
    'NDCG@10 by the number of products that a user had bought',
    scorers,
    {
      partsOf: ({ byHistory }) => byHistory,
      name: ({ from, to }) =>
        to === null ? `${from} or more` : from === to ? String(from) : `${from} to ${to}`,
      metric: (part) => part['ndcg@10'],
    },
  );

const byPopularity = (list: ListKind, scorers: Scorers): Html =>
  byPart(
    `Quality of ${LIST_NAMES[list]} by popularity of the product`,
    'Recall@10 by the popularity of the bought products, in tenths of the catalogue',
    scorers,
    {
      partsOf: ({ byPopularity }) => byPopularity,
      name: ({ decile }) =>
        decile === 1
          ? 'tenth 1 (most bought)'
          : decile === 10
            ? 'tenth 10 (least bought)'
            : `tenth ${decile}`,
      metric: (part) => part['recall@10'],
    },
  );

/** Column titles for the quality of both lists. */
const NDCG_HEADERS = LIST_KINDS.map((list) => `NDCG@10 ${LIST_NAMES[list]}`);

const afterwardsTable = (series: Metrics['series']): Html =>
  series.length === 0
    ? NOTHING
    : html`<h3>How served runs predicted later sales</h3>
${table({
  label: 'How served runs predicted later sales',
  header: ['Window', 'Served run', 'Sales from', 'until', ...NDCG_HEADERS, 'Users'],
  rows: series.map(({ window, run, fromMs, untilMs, any, new: discoveries }) => [
    window,
    run,
    time(fromMs),
    time(untilMs),
    any ? interval(any) : '–',
    discoveries ? interval(discoveries) : '–',
    count(any?.n ?? discoveries?.n ?? 0),
  ]),
  numbers: [0, 1, 2, 3, 4, 5, 6],
})}`;

const overRuns = (runs: readonly RunOutcome[]): Html =>
  runs.length === 0
    ? NOTHING
    : html`<h3>All runs so far</h3>
${table({
  label: 'Quality and decision of all runs so far',
  header: ['Run', 'Newest sale', 'Decision', ...NDCG_HEADERS.flatMap((title) => [title, 'Best baseline'])],
  rows: runs
    .toReversed()
    .map(({ run, asOfMs, quality: measured, decision }) => [
      html`<a href="../${numberInKey(run)}/index.html">${run}</a>`,
      time(asOfMs),
      decision ?? '–',
      ...withBaseline(measured.any),
      ...withBaseline(measured.new),
    ]),
  numbers: [0, 1, 3, 4, 5, 6],
})}`;

function withBaseline(measured: RunOutcome['quality']['any']): [Content, Content] {
  if (!measured) return ['–', '–'];
  const best = bestBaseline(measured);
  return [interval(measured.model), `${best.ndcg.value.toFixed(3)} ${best.name}`];
}

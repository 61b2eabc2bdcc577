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
import type { RunOutcome } from '../charts/chart.ts';
import type { PageData } from './data.ts';

type Scorers = readonly (readonly [string, RankingMetrics])[];

/** How good the lists are, beside what a shop could do without a model. */
export function quality({ metrics, runs }: PageData): Html {
  const { holdout, rmsePreference, series } = metrics;
  const measured = LIST_KINDS.filter((list) => metrics[list]);
  if (measured.length === 0 || holdout.fromMs === null)
    return html`<p>No holdout could be made: there are too few sales, or all of one moment.</p>${overRuns(runs)}`;
  return html`<p class="soft">Held out: ${count(holdout.interactions)} sales since ${time(holdout.fromMs)} (${KINDS[holdout.kind]}). Each number is a mean over users, with its 95 % interval. ${count(holdout.unknownPairs)} pairs were left out: nobody can rank a user or product without a past.</p>
${measured.map((list) => ofList(list, scorersOf(metrics[list])))}
${rmsePreference ? html`<p class="soft">Root mean squared error of the preference: ${rmsePreference.value.toFixed(3)}. It says little about ranking.</p>` : NOTHING}
${afterwardsTable(series)}
${overRuns(runs)}`;
}

const KINDS: Readonly<Record<Metrics['holdout']['kind'], string>> = {
  window: 'what came after every earlier run',
  share: 'the newest sales',
  moment: 'from a configured moment on',
  lastBasket: 'the last basket of each user',
};

const TITLES: Readonly<Record<ListKind, string>> = {
  any: 'List any: may include what was bought before',
  new: 'List new: only what was not bought before',
};

const NAMES: Readonly<Record<string, string>> = {
  ...BASELINES,
  served: 'the served run',
  matrixFactorisation: 'matrix factorisation alone',
};
const nameOf = (scorer: string): string => NAMES[scorer] ?? scorer;

/** `Object.entries` keeps undefined values of optional keys; they were not measured. */
const scorersOf = (scorers: Metrics['any']): Scorers =>
  Object.entries(scorers ?? {}).flatMap(([name, ranking]) => (ranking ? [[name, ranking] as const] : []));

const ofList = (list: ListKind, scorers: Scorers): Html => html`<h3>${TITLES[list]}</h3>
${table({
  label: `Quality of list ${list}`,
  header: [
    'Scorer',
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

/** 0.400 (0.300–0.500), which is broken, where it must be, before the bracket. */
export const interval = ({ value, low, high }: Metric, digits = 3): Html =>
  html`${value.toFixed(digits)} <span>(${low.toFixed(digits)}–${high.toFixed(digits)})</span>`;

/** A column per scorer that was measured by these parts, a row per part. */
function byPart<Part>(
  label: string,
  summary: string,
  scorers: Scorers,
  parts: {
    of: (ranking: RankingMetrics) => readonly Part[] | undefined;
    name: (part: Part) => string;
    metric: (part: Part) => Metric;
  },
): Html {
  const columns = scorers.flatMap(([scorer, ranking]) => {
    const measured = parts.of(ranking);
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
    `Quality of list ${list} by length of history`,
    'NDCG@10 by how many products a user had bought',
    scorers,
    {
      of: ({ byHistory: parts }) => parts,
      name: ({ from, to }) =>
        to === null ? `${from} or more` : from === to ? String(from) : `${from} to ${to}`,
      metric: (part) => part['ndcg@10'],
    },
  );

const byPopularity = (list: ListKind, scorers: Scorers): Html =>
  byPart(
    `Quality of list ${list} by popularity of the product`,
    'Recall@10 by how popular the bought products are, in tenths of the catalogue',
    scorers,
    {
      of: ({ byPopularity: parts }) => parts,
      name: ({ decile }) =>
        decile === 1
          ? 'tenth 1 (most bought)'
          : decile === 10
            ? 'tenth 10 (least bought)'
            : `tenth ${decile}`,
      metric: (part) => part['recall@10'],
    },
  );

const afterwardsTable = (series: Metrics['series']): Html =>
  series.length === 0
    ? NOTHING
    : html`<h3>Served runs on what came after them</h3>
${table({
  label: 'Served runs on the sales that came after them',
  header: ['Window', 'Served run', 'Sales from', 'until', 'NDCG@10 any', 'NDCG@10 new', 'Users'],
  rows: series.map(({ window, run, fromMs, untilMs, any, new: fresh }) => [
    window,
    run,
    time(fromMs),
    time(untilMs),
    any ? interval(any) : '–',
    fresh ? interval(fresh) : '–',
    count(any?.n ?? fresh?.n ?? 0),
  ]),
  numbers: [0, 1, 2, 3, 4, 5, 6],
})}`;

const overRuns = (runs: readonly RunOutcome[]): Html =>
  runs.length === 0
    ? NOTHING
    : html`<h3>Runs so far</h3>
${table({
  label: 'Quality and decision of the runs so far',
  header: ['Run', 'Newest sale', 'Decision', 'NDCG@10 any', 'best baseline', 'NDCG@10 new', 'best baseline'],
  rows: runs
    .toReversed()
    .map(({ run, asOfMs, quality: of, decision }) => [
      html`<a href="../${numberInKey(run)}/index.html">${run}</a>`,
      time(asOfMs),
      decision ?? '–',
      ...besideBaseline(of.any),
      ...besideBaseline(of.new),
    ]),
  numbers: [0, 1, 3, 4, 5, 6],
})}`;

function besideBaseline(of: RunOutcome['quality']['any']): [Content, Content] {
  if (!of) return ['–', '–'];
  const best = bestBaseline(of);
  return [interval(of.model), `${best.ndcg.value.toFixed(3)} ${best.name}`];
}

import { numberInKey } from '../../shared/contract/keys.ts';
import { counted } from '../../shared/contract/numbers.ts';
import {
  bestBaseline,
  LIST_KINDS,
  type ListKind,
  type Metrics,
  type Missed,
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
import { interval, nameOf, type Scorers } from './quality-numbers.ts';
import { byHistory, byPopularity } from './quality-parts.ts';

/** The quality of the lists, next to baselines that need no model. */
export function quality({ metrics, runs }: PageData): Html {
  const { holdout, rmsePreference, series } = metrics;
  const measured = LIST_KINDS.filter((list) => metrics[list]);
  if (measured.length === 0 || holdout.fromMs === null)
    return html`<p>No sales could be held out to measure quality: there are too few, or all were made at the same moment.</p>${overRuns(runs)}`;
  return html`<p class="soft">Measured on ${count(holdout.interactions)} held-out sales since ${time(holdout.fromMs)}, which training did not see (${KINDS[holdout.kind]}). Each number is a mean over users, with its 95 % interval. ${count(holdout.unknownPairs)} pairs were left out, because their user or product has no earlier sales. In a large shop quality is measured on a sample of the users; the column Users says how many.</p>
${measured.map((list) => listQuality(list, metrics))}
${ownLeftOut(metrics.candidates)}
${rmsePreference ? html`<p class="soft">Root mean squared error of the predicted preference: ${rmsePreference.value.toFixed(3)}. It says little about the ranking.</p>` : NOTHING}
${afterwardsTable(series)}
${overRuns(runs)}`;
}

const KINDS: Readonly<Record<Metrics['holdout']['kind'], string>> = {
  window: 'the newest sales, all made after every earlier run',
  share: 'the newest sales',
  moment: 'the sales from a configured moment on',
  lastBasket: 'the last basket of each user',
};

/** Leaves out the scorers that were not measured, which `Object.entries` keeps with the value undefined. */
const scorersOf = (scorers: Metrics['any']): Scorers =>
  Object.entries(scorers ?? {}).flatMap(([name, ranking]) => (ranking ? [[name, ranking] as const] : []));

function listQuality(list: ListKind, metrics: Metrics): Html {
  const scorers = scorersOf(metrics[list]);
  return html`<h3>${LIST_NAMES[list]}</h3>
${scorersTable(list, scorers)}
${withinReach(metrics.candidates?.[list])}
${byHistory(list, scorers, metrics.differences[list])}
${byPopularity(list, scorers, metrics.differences[list])}
`;
}

const scorersTable = (list: ListKind, scorers: Scorers): Html =>
  table({
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
  });

/** States the share of the purchases that any order of the candidates could list. */
const withinReach = (missed: Missed | undefined): Html =>
  !missed || missed.heldOut === 0
    ? NOTHING
    : html`<p class="soft">${percent(1 - missed.missed / missed.heldOut)} of these ${count(missed.heldOut)} purchases are among the candidates of their user: the highest recall that any ranking of them could reach. No list could contain the other ${count(missed.missed)}.</p>`;

const ownLeftOut = (candidates: Metrics['candidates']): Html =>
  !candidates || candidates.ownLeftOut.users === 0
    ? NOTHING
    : html`<p class="soft">${counted(candidates.ownLeftOut.users, 'measured user')} had bought or viewed more products than can be candidates; ${count(candidates.ownLeftOut.products)} of their products were left out, and ${count(candidates.ownLeftOut.heldOut)} of these were bought again.</p>`;

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

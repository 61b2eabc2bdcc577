import { compact, counted, percent } from '../../shared/contract/numbers.ts';
import {
  BASELINES,
  Baseline,
  type Differences,
  LIST_KINDS,
  type ListKind,
  type Metric,
  type Metrics,
  type RankingMetrics,
} from '../../shared/contract/quality.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import { PERCENT_LABELS, withoutPlot } from '../drawing/frame.ts';
import { compared, type Measured, type Panel, SERIES_NAMES } from '../drawing/series.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';

/** For which users and which products does the model work? NDCG@10 by length of history, recall@10 by popularity of the product. */
export const segments: Chart = {
  question: 'For which users and which products does the model work?',
  numbers: { section: 'quality' },

  describe(run) {
    const { list, scorers } = shownOf(run.metrics);
    const short = scorers?.model.byHistory?.[0]?.['ndcg@10'];
    const rare = scorers?.model.byPopularity?.at(-1)?.['recall@10'];
    if (!short && !rare) return 'No segments were measured.';
    return `Quality of the ${LIST_NAMES[list]} by segment, with 95 % intervals.${short ? ` Users with the shortest history: NDCG@10 ${short.value.toFixed(3)} over ${counted(short.n, 'user')}.` : ''}${rare ? ` Of the purchases of the least bought tenth of the products, ${percent(rare.value)} were recommended.` : ''}`;
  },

  draw(run) {
    const { list, scorers } = shownOf(run.metrics);
    const parts = scorers ? [byHistory(scorers), byPopularity(scorers)] : [];
    const present = SERIES_NAMES.filter((name) =>
      parts.some(({ values }) => values.some(({ series }) => series === name)),
    );
    const frame = { title: title(run), description: segments.describe(run) };
    if (present.length === 0) return withoutPlot({ ...frame, notes: [subtitle(run)] });
    return compared(
      {
        ...frame,
        notes: [
          subtitle(run),
          `${LIST_NAMES[list]} on sales held out of training. Means over users, each with its 95 % interval. ${clearly(run.metrics.differences[list])}The second line below a group is its number of users; a group without users is left out.`,
        ],
      },
      parts,
      present,
    );
  },
};

/**
 * States in how many groups the difference between the model and the best baseline is not due to chance: its interval, user by
 * user, does not contain 0.
 *
 * @returns An empty text in runs of versions that did not measure the difference; else it ends with a space.
 */
function clearly(differences: Differences | null): string {
  if (!differences) return '';
  const all = [
    ...differences.byHistory.map((part) => part['ndcg@10'].overBaseline),
    ...differences.byPopularity.map((part) => part['recall@10'].overBaseline),
  ];
  const [ahead, behind] = [all.filter(({ low }) => low > 0), all.filter(({ high }) => high < 0)];
  return `User by user, the model is clearly ahead of ${BASELINES[differences.baseline]} in ${ahead.length} of ${counted(all.length, 'group')} and clearly behind in ${behind.length}. `;
}

/** Returns Top picks, or Discoveries if Top picks were not measured. */
function shownOf(metrics: Metrics): { list: ListKind; scorers: Metrics['any'] } {
  const list = LIST_KINDS.find((kind) => metrics[kind] !== null) ?? 'any';
  return { list, scorers: metrics[list] };
}

function byHistory(scorers: NonNullable<Metrics['any']>): Panel {
  const name = ({ from, to }: { from: number; to: number | null }): string =>
    to === null ? `${from}+` : from === to ? String(from) : `${from}–${to}`;
  return partOf(scorers, {
    title: 'By how many products the user had bought before',
    axis: 'products bought before',
    y: { title: 'NDCG@10' },
    rows: (metrics) => (metrics.byHistory ?? []).map((row) => ({ name: name(row), metric: row['ndcg@10'] })),
  });
}

const byPopularity = (scorers: NonNullable<Metrics['any']>): Panel =>
  partOf(scorers, {
    title: 'By how popular the bought product was',
    axis: 'tenth of the catalogue, most bought first',
    y: { title: 'share recommended', labelExpr: PERCENT_LABELS },
    rows: (metrics) =>
      (metrics.byPopularity ?? []).map(({ decile, ...row }) => ({
        name: String(decile),
        metric: row['recall@10'],
      })),
  });

interface Reading {
  readonly title: string;
  readonly axis: string;
  readonly y: Panel['y'];
  readonly rows: (
    metrics: RankingMetrics,
  ) => readonly { name: string; metric: { value: number; low: number; high: number; n: number } }[];
}

function partOf(scorers: NonNullable<Metrics['any']>, { title: heading, axis, y, rows }: Reading): Panel {
  const users = new Map(rows(scorers.model).map(({ name, metric }) => [name, metric.n]));
  const groupOf = (name: string): string => `${name}|${compact(users.get(name) ?? 0)}`;
  const values = SERIES_NAMES.flatMap((series) => {
    const metrics = scorers[series];
    return (metrics ? rows(metrics) : [])
      .filter(({ metric }) => metric.n > 0)
      .map(
        ({ name, metric: { value, low, high } }): Measured => ({
          series,
          x: groupOf(name),
          value,
          low,
          high,
        }),
      );
  });
  return {
    title: heading,
    values,
    empty: 'Not measured.',
    places: [...users.keys()].map(groupOf),
    x: { title: axis, labelExpr: "split(datum.value, '|')" },
    y,
  };
}

/**
 * States in how many groups the mean of the model is above that of the best baseline. The difference may be due to
 * chance.
 */
function title({ metrics }: RunData): string {
  const { scorers } = shownOf(metrics);
  if (!scorers) return NOT_MEASURED;
  const best = bestOf(scorers);
  const other = scorers[best];
  const users = countAhead(
    (scorers.model.byHistory ?? []).map((row) => [row['ndcg@10'], metricAt(other?.byHistory, row.from)]),
  );
  const tenths = countAhead(
    (scorers.model.byPopularity ?? []).map((row) => [
      row['recall@10'],
      other?.byPopularity?.find(({ decile }) => decile === row.decile)?.['recall@10'],
    ]),
  );
  if (users.groups === 0) return NOT_MEASURED;
  const ofProducts = tenths.groups === 0 ? '' : ` and in ${inWords(tenths)} of products`;
  return `The model is ahead of ${BASELINES[best]} in ${inWords(users)} of users${ofProducts}`;
}

const NOT_MEASURED = 'Quality by user and product was not measured';

const metricAt = (rows: RankingMetrics['byHistory'], from: number): Metric | undefined =>
  rows?.find((row) => row.from === from)?.['ndcg@10'];

interface Share {
  readonly ahead: number;
  readonly groups: number;
}

/** @param pairs The metrics of the model and of the baseline; a pair counts only if both were measured. */
function countAhead(pairs: readonly (readonly [Metric, Metric | undefined])[]): Share {
  const measured = pairs.filter(([own, other]) => own.n > 0 && other !== undefined);
  return {
    ahead: measured.filter(([own, other]) => own.value > (other?.value ?? 0)).length,
    groups: measured.length,
  };
}

function inWords({ ahead, groups }: Share): string {
  if (ahead === groups) return groups === 1 ? 'the only group' : `all ${groups} groups`;
  return `${ahead === 0 ? 'none' : ahead} of ${counted(groups, 'group')}`;
}

/** Returns the baseline that ranks best over all users. */
const bestOf = (scorers: NonNullable<Metrics['any']>): Baseline =>
  Baseline.options.reduce(
    (best, other) => (ndcgOf(scorers, other) > ndcgOf(scorers, best) ? other : best),
    'popularity',
  );

const ndcgOf = (scorers: NonNullable<Metrics['any']>, baseline: Baseline): number =>
  scorers[baseline]?.['ndcg@10'].value ?? Number.NEGATIVE_INFINITY;

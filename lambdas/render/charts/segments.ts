import { compact, counted, percent } from '../../shared/contract/numbers.ts';
import {
  BASELINES,
  Baseline,
  LIST_KINDS,
  type ListKind,
  type Metric,
  type Metrics,
  type RankingMetrics,
} from '../../shared/contract/quality.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';
import { framed, PERCENT_LABELS, plotWidth } from './frame.ts';
import { PANEL_TITLE, panel } from './panel.ts';
import {
  beside,
  type Measured,
  SERIES,
  SERIES_NAMES,
  type SeriesName,
  seriesMarks,
  VALUE_AXIS,
  valueScale,
} from './series.ts';

/** For whom and for what does the model work? NDCG@10 by length of history, recall@10 by popularity of what was bought. */
export const segments: Chart = {
  describe(run) {
    const { list, scorers } = shownOf(run.metrics);
    const short = scorers?.model.byHistory?.[0]?.['ndcg@10'];
    const rare = scorers?.model.byPopularity?.at(-1)?.['recall@10'];
    if (!short && !rare) return 'No segments were measured.';
    return `Quality by segment, list ${list}, with 95 % intervals.${short ? ` Users with the shortest history: NDCG@10 ${short.value.toFixed(3)} over ${counted(short.n, 'user')}.` : ''}${rare ? ` Purchases of the least bought tenth of the products: ${percent(rare.value)} were listed.` : ''}`;
  },

  draw(run) {
    const { list, scorers } = shownOf(run.metrics);
    const parts = scorers ? [byHistory(scorers), byPopularity(scorers)] : EMPTY;
    const present = SERIES_NAMES.filter((name) =>
      parts.some(({ values }) => values.some(({ series }) => series === name)),
    );
    if (present.length === 0)
      return framed(
        { title: title(run), notes: [subtitle(run)], description: segments.describe(run), height: 1 },
        {},
      );
    const width = plotWidth({ left: LEFT, right: RIGHT });
    return framed(
      {
        title: title(run),
        notes: [
          subtitle(run),
          `List ${list}, held out sales; means over users with their 95 % intervals, each for itself; that of the difference, user by user, is the gate’s. Below each group its users; a group without a measured user is left out.`,
        ],
        key: present.map((series) => SERIES[series]),
        description: segments.describe(run),
        left: LEFT,
        right: RIGHT,
        bottom: 58,
        height: 2 * (HEIGHT + PANEL_TITLE) + GAP,
      },
      {
        marks: parts.map(({ title: heading, axis, groups, values }, index) =>
          panel({
            title: heading,
            top: PANEL_TITLE + index * (HEIGHT + PANEL_TITLE + GAP),
            width,
            height: HEIGHT,
            scales: [
              valueScale(values, HEIGHT),
              { name: 'x', type: 'band', domain: [...groups], range: [0, width] },
            ],
            axes: [
              {
                ...VALUE_AXIS,
                title: index === 0 ? 'NDCG@10' : 'share listed',
                ...(index === 1 && { encode: PERCENT_LABELS }),
              },
              {
                scale: 'x',
                orient: 'bottom',
                ticks: false,
                title: axis,
                encode: { labels: { update: { text: { signal: "split(datum.value, '|')" } } } },
              },
            ],
            marks: seriesMarks(placed(values, groups, { present, width })),
            empty: values.length > 0 ? undefined : 'Not measured.',
          }),
        ),
      },
    );
  },
};

const [LEFT, RIGHT, HEIGHT, GAP] = [68, 10, 170, 76];

interface Value extends Omit<Measured, 'x'> {
  readonly group: string;
}

interface Part {
  readonly title: string;
  readonly axis: string;
  /** In order. */
  readonly groups: readonly string[];
  readonly values: readonly Value[];
}

const EMPTY: readonly Part[] = ['By history', 'By popularity'].map((title) => ({
  title,
  axis: '',
  groups: [],
  values: [],
}));

/** List any, or new where any was not measured. */
function shownOf(metrics: Metrics): { list: ListKind; scorers: Metrics['any'] } {
  const list = LIST_KINDS.find((kind) => metrics[kind] !== null) ?? 'any';
  return { list, scorers: metrics[list] };
}

function byHistory(scorers: NonNullable<Metrics['any']>): Part {
  const name = ({ from, to }: { from: number; to: number | null }): string =>
    to === null ? `${from}+` : from === to ? String(from) : `${from}–${to}`;
  return partOf(scorers, {
    title: 'By how many products the user had bought before',
    axis: 'products bought before',
    rows: (metrics) => (metrics.byHistory ?? []).map((row) => ({ name: name(row), metric: row['ndcg@10'] })),
  });
}

const byPopularity = (scorers: NonNullable<Metrics['any']>): Part =>
  partOf(scorers, {
    title: 'By how popular the bought product was',
    axis: 'tenth of the catalogue, most bought first',
    rows: (metrics) =>
      (metrics.byPopularity ?? []).map(({ decile, ...row }) => ({
        name: String(decile),
        metric: row['recall@10'],
      })),
  });

interface Reading {
  readonly title: string;
  readonly axis: string;
  readonly rows: (
    metrics: RankingMetrics,
  ) => readonly { name: string; metric: { value: number; low: number; high: number; n: number } }[];
}

function partOf(scorers: NonNullable<Metrics['any']>, { title: heading, axis, rows }: Reading): Part {
  const users = new Map(rows(scorers.model).map(({ name, metric }) => [name, metric.n]));
  const groupOf = (name: string): string => `${name}|${compact(users.get(name) ?? 0)}`;
  const values = SERIES_NAMES.flatMap((series) => {
    const metrics = scorers[series];
    return (metrics ? rows(metrics) : [])
      .filter(({ metric }) => metric.n > 0)
      .map(({ name, metric: { value, low, high } }) => ({ series, group: groupOf(name), value, low, high }));
  });
  return { title: heading, axis, groups: [...users.keys()].map(groupOf), values };
}

/** 12,345 → 12k: there is little room below a group. */
function placed(
  values: readonly Value[],
  groups: readonly string[],
  { present, width }: { readonly present: readonly SeriesName[]; readonly width: number },
): Measured[] {
  const band = width / groups.length;
  return values.map(({ group, ...value }) => ({
    ...value,
    x:
      (groups.indexOf(group) + 0.5) * band +
      beside(value.series, present, Math.min(14, band / (present.length + 1))),
  }));
}

/** Where the model's mean is above the best baseline's: what the picture shows, without a claim that it is no chance. */
function title({ metrics }: RunData): string {
  const { scorers } = shownOf(metrics);
  if (!scorers) return NOT_MEASURED;
  const best = bestOf(scorers);
  const other = scorers[best];
  const users = ahead(
    (scorers.model.byHistory ?? []).map((row) => [row['ndcg@10'], metricAt(other?.byHistory, row.from)]),
  );
  const tenths = ahead(
    (scorers.model.byPopularity ?? []).map((row) => [
      row['recall@10'],
      other?.byPopularity?.find(({ decile }) => decile === row.decile)?.['recall@10'],
    ]),
  );
  if (users.of === 0) return NOT_MEASURED;
  const ofProducts = tenths.of === 0 ? '' : `, and in ${told(tenths, 'tenth')} of the products`;
  return `The model is ahead of ${BASELINES[best]} in ${told(users, 'group')} of users${ofProducts}`;
}

const NOT_MEASURED = 'Quality by user and product was not measured';

const metricAt = (rows: RankingMetrics['byHistory'], from: number): Metric | undefined =>
  rows?.find((row) => row.from === from)?.['ndcg@10'];

interface Share {
  readonly ahead: number;
  readonly of: number;
}

/** @param pairs The model's metric and the other's; where nothing was measured they do not count. */
function ahead(pairs: readonly (readonly [Metric, Metric | undefined])[]): Share {
  const measured = pairs.filter(([own, other]) => own.n > 0 && other !== undefined);
  return {
    ahead: measured.filter(([own, other]) => own.value > (other?.value ?? 0)).length,
    of: measured.length,
  };
}

function told({ ahead, of }: Share, one: string): string {
  const many = of === 1 ? one : `${one}s`;
  if (ahead === of) return of === 1 ? `the only ${one}` : `all ${of} ${many}`;
  return `${ahead === 0 ? 'none' : ahead} of ${of} ${many}`;
}

/** The baseline that ranks best over all users. */
const bestOf = (scorers: NonNullable<Metrics['any']>): Baseline =>
  Baseline.options.reduce(
    (best, other) => (ndcgOf(scorers, other) > ndcgOf(scorers, best) ? other : best),
    'popularity',
  );

const ndcgOf = (scorers: NonNullable<Metrics['any']>, baseline: Baseline): number =>
  scorers[baseline]?.['ndcg@10'].value ?? Number.NEGATIVE_INFINITY;

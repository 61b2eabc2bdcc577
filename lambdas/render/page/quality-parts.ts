import {
  BASELINES,
  type Difference,
  type Differences,
  type ListKind,
  type Metric,
  type RankingMetrics,
} from '../../shared/contract/quality.ts';
import { type Content, count, type Html, html, NOTHING, table } from '../../shared/web/html.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import { difference, interval, nameOf, type Scorers } from './quality-numbers.ts';

type HistoryPart = NonNullable<RankingMetrics['byHistory']>[number];
type PopularityPart = NonNullable<RankingMetrics['byPopularity']>[number];

/** How to read one way to divide what was measured into parts. */
interface Parts<Part, Compared> {
  readonly partsOf: (ranking: RankingMetrics) => readonly Part[] | undefined;
  readonly name: (part: Part | Compared) => string;
  readonly metric: (part: Part) => Metric;
  readonly comparedOf: (differences: Differences) => readonly Compared[];
  readonly difference: (part: Compared) => Difference;
}

interface Column {
  readonly title: string;
  readonly cells: ReadonlyMap<string, Content>;
}

/** Makes a row per part, with a column per scorer that was measured by these parts and one per comparison. */
function byPart<Part, Compared>(
  label: string,
  summary: string,
  { scorers, differences }: { scorers: Scorers; differences: Differences | null },
  parts: Parts<Part, Compared>,
): Html {
  const measured = scorers.flatMap(([scorer, ranking]): Column[] => {
    const found = parts.partsOf(ranking);
    if (!found) return [];
    const cells = found.map((part) => [parts.name(part), withCount(interval, parts.metric(part))] as const);
    return [{ title: nameOf(scorer), cells: new Map(cells) }];
  });
  const columns = [...measured, ...(differences ? differenceColumns(differences, parts) : [])];
  const names = [...new Set(columns.flatMap(({ cells }) => [...cells.keys()]))];
  if (names.length === 0) return NOTHING;
  return html`<details><summary>${summary}</summary>
${table({
  label,
  header: ['', ...columns.map(({ title }) => title)],
  rows: names.map((name) => [name, ...columns.map(({ cells }) => cells.get(name) ?? '–')]),
  numbers: columns.map((_, index) => index + 1),
})}</details>
`;
}

/** Returns a column for the model minus the best baseline, and one for the model minus the served run if it was compared. */
function differenceColumns<Part, Compared>(
  differences: Differences,
  parts: Parts<Part, Compared>,
): readonly Column[] {
  const compared = parts.comparedOf(differences);
  const column = (other: string, of: (part: Difference) => Metric | null): Column => ({
    title: `model minus ${other}`,
    cells: new Map(
      compared.flatMap((part) => {
        const metric = of(parts.difference(part));
        return metric ? [[parts.name(part), withCount(difference, metric)] as const] : [];
      }),
    ),
  });
  return [
    column(BASELINES[differences.baseline], ({ overBaseline }) => overBaseline),
    column(nameOf('served'), ({ overServed }) => overServed),
  ].filter(({ cells }) => cells.size > 0);
}

const withCount = (format: (metric: Metric) => Content, metric: Metric): Content =>
  html`${format(metric)}, n ${count(metric.n)}`;

export const byHistory = (list: ListKind, scorers: Scorers, differences: Differences | null): Html =>
  byPart<HistoryPart, Differences['byHistory'][number]>(
    `Quality of ${LIST_NAMES[list]} by length of history`,
    'NDCG@10 by the number of products that a user had bought',
    { scorers, differences },
    {
      partsOf: (ranking) => ranking.byHistory,
      name: ({ from, to }) =>
        to === null ? `${from} or more` : from === to ? String(from) : `${from} to ${to}`,
      metric: (part) => part['ndcg@10'],
      comparedOf: (all) => all.byHistory,
      difference: (part) => part['ndcg@10'],
    },
  );

export const byPopularity = (list: ListKind, scorers: Scorers, differences: Differences | null): Html =>
  byPart<PopularityPart, Differences['byPopularity'][number]>(
    `Quality of ${LIST_NAMES[list]} by popularity of the product`,
    'Recall@10 by the popularity of the bought products, in tenths of the catalogue',
    { scorers, differences },
    {
      partsOf: (ranking) => ranking.byPopularity,
      name: ({ decile }) =>
        decile === 1
          ? 'tenth 1 (most bought)'
          : decile === 10
            ? 'tenth 10 (least bought)'
            : `tenth ${decile}`,
      metric: (part) => part['recall@10'],
      comparedOf: (all) => all.byPopularity,
      difference: (part) => part['recall@10'],
    },
  );

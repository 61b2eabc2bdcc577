import { counted, grouped } from '../../shared/contract/numbers.ts';
import {
  BASELINES,
  bestBaseline,
  LIST_KINDS,
  type ListKind,
  type Metric,
} from '../../shared/contract/quality.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import { withoutPlot } from '../drawing/frame.ts';
import { compared, type Measured, SERIES_NAMES, type SeriesName } from '../drawing/series.ts';
import { type Chart, type RunData, type RunOutcome, subtitle } from './chart.ts';

/** Does the model get better from run to run, and is it better than methods without a model? NDCG@10 with intervals, by run. */
export const quality: Chart = {
  question: 'Does the model get better from run to run, and is it better than methods without a model?',
  numbers: { section: 'quality' },

  describe(run) {
    const measured = LIST_KINDS.flatMap((list) => {
      const scores = run.manifest.quality[list];
      if (!scores) return [];
      const best = bestBaseline(scores);
      return [
        `${LIST_NAMES[list]}: model ${interval(scores.model)}, best method without a model (${best.name}) ${interval(best.ndcg)}, ${counted(scores.model.n, 'user')}`,
      ];
    });
    return measured.length === 0
      ? 'No quality could be measured.'
      : `NDCG@10 by run, with 95 % intervals. Run ${run.manifest.run}: ${measured.join('; ')}.`;
  },

  draw(run) {
    const frame = { title: title(run), description: quality.describe(run) };
    const present = SERIES_NAMES.filter((series) =>
      run.runs.some((outcome) => LIST_KINDS.some((list) => metricOf(outcome, list, series))),
    );
    if (present.length === 0) return withoutPlot({ ...frame, notes: [subtitle(run)] });
    const panels = LIST_KINDS.map((list) => ({ list, values: measuredOf(run.runs, list, present) }));
    const lowest = panels.findLast(({ values }) => values.length > 0);
    return compared(
      {
        ...frame,
        notes: [
          subtitle(run),
          `NDCG@10 on sales held out of training (0: nothing found, 1: everything in the best order); mean over users, with its 95 % interval. Every run is measured on other sales, so compare within a run. Shown: ${counted(run.runs.length, 'run')}, at most 50.`,
        ],
      },
      panels.map(({ list, values }) => ({
        title: HEADINGS[list],
        values,
        empty: 'No sales could be held out.',
        places: run.runs.map((outcome) => outcome.run),
        x: { title: list === lowest?.list ? 'run' : null },
        y: { title: 'NDCG@10' },
      })),
      present,
    );
  },
};

const HEADINGS: Readonly<Record<ListKind, string>> = {
  any: `${LIST_NAMES.any}: may include products bought before`,
  new: `${LIST_NAMES.new}: only products the user has not bought`,
};

const interval = ({ value, low, high }: Metric): string =>
  `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;

/** The served run's score on the sales of a window is shown at the run of that window. */
const metricOf = (
  { quality: measured, afterwards }: RunOutcome,
  list: ListKind,
  series: SeriesName,
): Metric | undefined => (series === 'served' ? afterwards?.[list] : measured[list]?.[series]) ?? undefined;

const measuredOf = (
  runs: readonly RunOutcome[],
  list: ListKind,
  present: readonly SeriesName[],
): Measured[] =>
  present.flatMap((series) =>
    runs.flatMap((outcome) => {
      const metric = metricOf(outcome, list, series);
      if (!metric) return [];
      const { value, low, high } = metric;
      return [{ series, x: outcome.run, value, low, high }];
    }),
  );

/** States no more than the numbers support: a difference whose interval includes 0 proves nothing. */
function title({ manifest: { quality: measured, gate, run } }: RunData): string {
  const kind = measured.any ? 'any' : 'new';
  const list = measured[kind];
  if (!list) return `Run ${run} could not be measured: no sales to hold out`;
  const best = bestBaseline(list);
  if (list.model.value === 0 && best.ndcg.value === 0)
    return `Neither the model nor ${best.name} predicted any purchase`;
  const comparison = gate?.[kind];
  if (comparison && comparison.overBaseline.low <= 0 && comparison.overBaseline.high >= 0)
    return `There is no clear difference between the model and ${BASELINES[comparison.baseline]} (${counted(comparison.overBaseline.n, 'user')})`;
  if (best.ndcg.value === 0) return `The model predicts purchases that ${best.name} does not`;
  return ranked(list.model.value / best.ndcg.value, best.name, kind);
}

function ranked(times: number, name: string, kind: ListKind): string {
  const list = LIST_NAMES[kind];
  if (times < 1) return `${list} rank ${Math.round(100 * (1 - times))} % worse than ${name}`;
  return times >= 1.995
    ? `${list} rank ${grouped(Math.round(10 * times) / 10)} times as well as ${name}, the best method without a model`
    : `${list} rank ${Math.round(100 * (times - 1))} % better than ${name}, the best method without a model`;
}

import { counted, grouped } from '../../shared/contract/numbers.ts';
import {
  BASELINES,
  bestBaseline,
  LIST_KINDS,
  type ListKind,
  type Metric,
} from '../../shared/contract/quality.ts';
import { type Chart, type RunData, type RunOutcome, subtitle } from './chart.ts';
import { framed, plotWidth, withoutPlot } from './frame.ts';
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

/** Does the model get better from run to run, and is it better than what needs no model? NDCG@10 with intervals, by run. */
export const quality: Chart = {
  describe(run) {
    const measured = LIST_KINDS.flatMap((list) => {
      const of = run.manifest.quality[list];
      if (!of) return [];
      const best = bestBaseline(of);
      return [
        `list ${list}: model ${told(of.model)}, best without a model ${best.name} ${told(best.ndcg)}, ${counted(of.model.n, 'user')}`,
      ];
    });
    return measured.length === 0
      ? 'No quality could be measured.'
      : `NDCG@10 by run with 95 % intervals. Run ${run.manifest.run}: ${measured.join('; ')}.`;
  },

  draw(run) {
    const present = SERIES_NAMES.filter((series) =>
      run.runs.some((outcome) => LIST_KINDS.some((list) => metricOf(outcome, list, series))),
    );
    if (present.length === 0)
      return withoutPlot({
        title: title(run),
        notes: [subtitle(run)],
        description: quality.describe(run),
      });
    const width = plotWidth({ left: LEFT, right: RIGHT });
    const panels = panelsOf((list) => measuredOf(run.runs, list, { present, width }));
    const lowest = panels.findLast(({ values }) => values.length > 0);
    const last = panels.at(-1);
    return framed(
      {
        title: title(run),
        notes: [
          subtitle(run),
          `NDCG@10 on held out sales (0: nothing found, 1: all in best order); mean over users, with its 95 % interval. Runs measure on other sales each: compare within a run. Shown: ${counted(run.runs.length, 'run')}, at most 50.`,
        ],
        key: present.map((series) => SERIES[series]),
        description: quality.describe(run),
        left: LEFT,
        right: RIGHT,
        bottom: last === lowest ? 40 : 0,
        height: last ? last.top + last.height : 1,
      },
      {
        marks: panels.map(({ list, values, top, height }) =>
          panel({
            title: TITLES[list],
            top,
            width,
            height,
            scales: [
              valueScale(values, height),
              {
                name: 'x',
                type: 'point',
                domain: run.runs.map((outcome) => outcome.run),
                range: [0, width],
                padding: PADDING,
              },
            ],
            axes: [
              { ...VALUE_AXIS, title: 'NDCG@10' },
              {
                scale: 'x',
                orient: 'bottom',
                labelOverlap: true,
                labelSeparation: 10,
                labelAngle: 0,
                ...(values === lowest?.values && { title: 'run' }),
              },
            ],
            marks: seriesMarks(values),
            empty: values.length > 0 ? undefined : 'Nothing could be held out.',
          }),
        ),
      },
    );
  },
};

const [LEFT, RIGHT, HEIGHT, GAP, PADDING] = [68, 10, 180, 46, 0.5];
/** Of a panel that has but one sentence. */
const EMPTY = 30;

/** One below the other; one without values takes no more room than it needs. */
function panelsOf(valuesOf: (list: ListKind) => Measured[]) {
  let next = PANEL_TITLE;
  return LIST_KINDS.map((list) => {
    const values = valuesOf(list);
    const [height, gap] = values.length > 0 ? [HEIGHT, GAP] : [EMPTY, 10];
    const top = next;
    next += height + gap + PANEL_TITLE;
    return { list, values, top, height };
  });
}

const TITLES: Readonly<Record<ListKind, string>> = {
  any: 'List any: may include what was bought before',
  new: 'List new: only what the user had not',
};

const told = ({ value, low, high }: Metric): string =>
  `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;

/** The served run's score on the sales of a window stands with the run of that window. */
const metricOf = (
  { quality: measured, afterwards }: RunOutcome,
  list: ListKind,
  series: SeriesName,
): Metric | undefined => (series === 'served' ? afterwards?.[list] : measured[list]?.[series]) ?? undefined;

function measuredOf(
  runs: readonly RunOutcome[],
  list: ListKind,
  { present, width }: { readonly present: readonly SeriesName[]; readonly width: number },
): Measured[] {
  const step = width / (runs.length - 1 + 2 * PADDING);
  const gap = Math.min(Math.max(14, 40 / runs.length), step / (present.length + 1));
  return present.flatMap((series) =>
    runs.flatMap((outcome, index) => {
      const metric = metricOf(outcome, list, series);
      if (!metric) return [];
      const { value, low, high } = metric;
      return [{ series, x: (PADDING + index) * step + beside(series, present, gap), value, low, high }];
    }),
  );
}

/** States no more than the numbers hold: of a difference whose interval covers 0 nothing can be told. */
function title({ manifest: { quality: measured, gate, run } }: RunData): string {
  const kind = measured.any ? 'any' : 'new';
  const list = measured[kind];
  if (!list) return `Run ${run} could not be measured: there is nothing to hold out`;
  const best = bestBaseline(list);
  if (list.model.value === 0 && best.ndcg.value === 0)
    return `Neither the model nor ${best.name} found anything`;
  const compared = gate?.[kind];
  if (compared && compared.overBaseline.low <= 0 && compared.overBaseline.high >= 0)
    return `No difference between the model and ${BASELINES[compared.baseline]} can be told (${counted(compared.overBaseline.n, 'user')})`;
  if (best.ndcg.value === 0) return `The model finds what ${best.name} does not`;
  return ranked(list.model.value / best.ndcg.value, best.name, kind);
}

function ranked(times: number, name: string, kind: ListKind): string {
  if (times < 1)
    return `The model ranks ${Math.round(100 * (1 - times))} % worse than ${name} on list ${kind}`;
  return times >= 1.995
    ? `The model ranks ${grouped(Math.round(10 * times) / 10)} times as well as ${name}, the best without a model, on list ${kind}`
    : `The model ranks ${Math.round(100 * (times - 1))} % better than ${name}, the best without a model, on list ${kind}`;
}

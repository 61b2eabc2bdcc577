import { counted, highest, lowest, signed } from '../../shared/contract/numbers.ts';
import { BASELINES, LIST_KINDS, type Metric } from '../../shared/contract/quality.ts';
import { LIST_NAMES, withListNames } from '../../shared/web/lists.ts';
import { layered, withoutPlot } from '../drawing/frame.ts';
import { shortName } from '../drawing/text.ts';
import { COLOURS } from '../drawing/theme.ts';
import { type Chart, type RunData, type RunOutcome, subtitle } from './chart.ts';

/**
 * What did the gate decide about this run, and by which numbers? Each difference with its interval, to the left or
 * right of zero.
 */
export const decision: Chart = {
  question: 'What did the gate decide about this run, and by which numbers?',
  numbers: { section: 'decision' },

  describe(run) {
    const rows = rowsOf(outcomeOf(run));
    const numbers = rows.map(({ name, label }) => `${name} ${label}`).join('; ');
    return rows.length === 0
      ? 'No differences could be measured.'
      : `Differences in NDCG@10, user by user: ${numbers}.`;
  },

  draw(run) {
    const outcome = outcomeOf(run);
    const rows = rowsOf(outcome);
    const frame = {
      title: title(outcome),
      notes: [
        subtitle(run),
        ...(outcome.reason === null ? [] : [`The gate: ${shortName(withListNames(outcome.reason), 400)}.`]),
        rows.length === 0
          ? 'Nothing was compared.'
          : `Mean difference in NDCG@10 on the same sales held out of training, user by user, with its 95 % interval. To the right of the line, this run is better. ${servedText(outcome)}`.trimEnd(),
      ],
      description: decision.describe(run),
    };
    if (rows.length === 0) return withoutPlot(frame);
    const color = { field: 'colour', type: 'nominal', scale: null } as const;
    return layered(frame, {
      height: rows.length * 40,
      data: { values: rows },
      encoding: {
        y: {
          field: 'name',
          type: 'nominal',
          sort: null,
          title: null,
          axis: { grid: false, labelPadding: 10 },
        },
        x: {
          field: 'value',
          type: 'quantitative',
          title: '← worse · difference in NDCG@10 · better →',
          scale: { domain: domainOf(rows), nice: false },
          axis: {
            tickCount: 4,
            domain: false,
            ticks: false,
            labelOverlap: true,
            labelSeparation: 8,
            labelExpr: "datum.value === 0 ? '0' : format(datum.value, '+~g')",
          },
        },
      },
      layer: [
        {
          mark: { type: 'rule', color: COLOURS.ink, strokeWidth: 1.5 },
          encoding: { x: { datum: 0 }, y: { value: -4 }, y2: { value: 'height' } },
        },
        {
          mark: { type: 'rule', strokeWidth: 4, strokeCap: 'round' },
          encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' }, color },
        },
        {
          mark: { type: 'point', filled: true, size: 50, stroke: COLOURS.paper, strokeWidth: 1 },
          encoding: { color },
        },
        {
          mark: { type: 'text', align: 'left', dx: 10 },
          encoding: { x: { value: 'width' }, text: { field: 'label' } },
        },
      ],
    });
  },
};

/** Returns the range of all values and 0, with a little room at both ends. */
function domainOf(rows: readonly Row[]): [number, number] {
  const [least, most] = [
    lowest(
      rows.map(({ low }) => low),
      0,
    ),
    highest(
      rows.map(({ high }) => high),
      0,
    ),
  ];
  const room = Math.max(0.005, 0.06 * (most - least));
  return [least - room, most + room];
}

/** Returns the outcome of this run; one without a decision if it is not among the outcomes. */
const outcomeOf = ({ runs, manifest }: RunData): RunOutcome =>
  runs.find(({ run }) => run === manifest.run) ?? { ...manifest, decision: null, reason: null };

interface Row extends Pick<Metric, 'value' | 'low' | 'high'> {
  readonly name: string;
  readonly label: string;
  readonly colour: string;
}

function rowsOf({ gate }: RunOutcome): Row[] {
  return LIST_KINDS.flatMap((list) => {
    const comparison = gate?.[list];
    if (!comparison) return [];
    const { overServed, overBaseline, baseline } = comparison;
    return [
      ...(overServed ? [rowOf(`${LIST_NAMES[list]} vs. run ${gate.served}`, overServed)] : []),
      rowOf(`${LIST_NAMES[list]} vs. ${BASELINES[baseline]}`, overBaseline),
    ];
  });
}

function rowOf(name: string, { value, low, high, n }: Metric): Row {
  const colour = low > 0 ? COLOURS.more : high < 0 ? COLOURS.less : COLOURS.soft;
  return { name, value, low, high, label: `${signed(value)}, ${counted(n, 'user')}`, colour };
}

function title({ run, decision: decided, gate }: RunOutcome): string {
  if (decided === null) return `Run ${run} has no decision yet`;
  if (decided === 'refused')
    return `Run ${run} was refused${gate?.served ? `; run ${gate.served} stays in service` : ''}`;
  return gate?.served
    ? `Run ${run} was promoted and replaced run ${gate.served}`
    : `Run ${run} was promoted${run === 1 ? ': it is the first run' : ', compared with the baselines only'}`;
}

const servedText = ({ gate }: RunOutcome): string =>
  gate === null
    ? ''
    : gate.served
      ? `Run ${gate.served} was being served.`
      : 'No run was being served, so this one is compared with methods without a model only.';

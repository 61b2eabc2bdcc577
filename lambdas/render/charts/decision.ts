import type { Mark } from 'vega';
import { counted, signed } from '../../shared/contract/numbers.ts';
import { BASELINES, LIST_KINDS, type Metric } from '../../shared/contract/quality.ts';
import { type Chart, type RunData, type RunOutcome, subtitle } from './chart.ts';
import { framed, plotWidth, TEXT_SIZE, textMark } from './frame.ts';
import { nothing } from './panel.ts';
import { shortened, widthOf } from './text.ts';
import { COLOURS } from './theme.ts';

/** What did the gate decide about this run, and by which numbers? Differences with intervals beside the line of zero. */
export const decision: Chart = {
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
    const left = Math.max(60, ...rows.map(({ name }) => widthOf(name, TEXT_SIZE))) + 10;
    const right = Math.max(20, ...rows.map(({ label }) => widthOf(label, TEXT_SIZE))) + 10;
    const width = plotWidth({ left, right });
    const height = Math.max(1, rows.length) * STEP;
    return framed(
      {
        title: title(outcome),
        notes: [
          subtitle(run),
          ...(outcome.reason === null ? [] : [`The gate: ${shortened(outcome.reason, 400)}.`]),
          `Mean difference in NDCG@10 on the same held out sales, user by user, with its 95 % interval. Right of the line this run is better. ${servedText(outcome)}`.trimEnd(),
        ],
        description: decision.describe(run),
        left,
        right,
        bottom: 40,
        height,
      },
      rows.length === 0
        ? { marks: [nothing('Nothing was compared.')] }
        : {
            data: [{ name: 'rows', values: rows.map((row, index) => ({ ...row, y: (index + 0.5) * STEP })) }],
            scales: [{ name: 'x', type: 'linear', domain: domainOf(rows), range: [0, width] }],
            axes: [
              {
                scale: 'x',
                orient: 'bottom',
                grid: true,
                domain: false,
                ticks: false,
                tickCount: 4,
                labelOverlap: true,
                labelSeparation: 8,
                encode: {
                  labels: {
                    update: { text: { signal: "datum.value === 0 ? '0' : format(datum.value, '+~g')" } },
                  },
                },
                title: '← worse · difference in NDCG@10 · better →',
              },
            ],
            marks: [...marksOf(height)],
          },
    );
  },
};

const STEP = 40;

/** From the lowest to the highest, and 0, with a little room on both sides. */
function domainOf(rows: readonly Row[]): [number, number] {
  const lowest = Math.min(0, ...rows.map(({ low }) => low));
  const highest = Math.max(0, ...rows.map(({ high }) => high));
  const room = Math.max(0.005, 0.06 * (highest - lowest));
  return [lowest - room, highest + room];
}

/** The runs' last one, or the run alone where it is not among them. */
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
    return [
      ...(comparison.overServed ? [rowOf(`${list}: over run ${gate.served}`, comparison.overServed)] : []),
      rowOf(`${list}: over ${BASELINES[comparison.baseline]}`, comparison.overBaseline),
    ];
  });
}

function rowOf(name: string, { value, low, high, n }: Metric): Row {
  const colour = low > 0 ? COLOURS.more : high < 0 ? COLOURS.less : COLOURS.soft;
  return { name, value, low, high, label: `${signed(value)}, ${counted(n, 'user')}`, colour };
}

function title({ run, decision: decided, gate }: RunOutcome): string {
  if (decided === null) return `Run ${run} is not decided yet`;
  if (decided === 'refused')
    return `Run ${run} was refused${gate?.served ? `; run ${gate.served} stays` : ''}`;
  return gate?.served
    ? `Run ${run} was promoted in place of run ${gate.served}`
    : `Run ${run} was promoted${run === 1 ? ': it is the first run' : ', beside the baselines alone'}`;
}

const servedText = ({ gate }: RunOutcome): string =>
  gate === null
    ? ''
    : gate.served
      ? `Run ${gate.served} was served meanwhile.`
      : 'There was no served run to compare with: this one stands beside what needs no model.';

const marksOf = (height: number): Mark[] => [
  {
    type: 'rule',
    encode: {
      enter: {
        x: { scale: 'x', value: 0 },
        y: { value: -4 },
        y2: { value: height },
        stroke: { value: COLOURS.ink },
        strokeWidth: { value: 1.5 },
      },
    },
  },
  {
    type: 'rule',
    from: { data: 'rows' },
    encode: {
      enter: {
        x: { scale: 'x', field: 'low' },
        x2: { scale: 'x', field: 'high' },
        y: { field: 'y' },
        stroke: { field: 'colour' },
        strokeWidth: { value: 4 },
        strokeCap: { value: 'round' },
      },
    },
  },
  {
    type: 'symbol',
    from: { data: 'rows' },
    encode: {
      enter: {
        x: { scale: 'x', field: 'value' },
        y: { field: 'y' },
        size: { value: 50 },
        fill: { field: 'colour' },
        stroke: { value: COLOURS.paper },
        strokeWidth: { value: 1 },
      },
    },
  },
  textMark(
    { x: { value: -10 }, y: { field: 'y' }, align: { value: 'right' }, text: { field: 'name' } },
    'rows',
  ),
  textMark({ x: { signal: 'width + 10' }, y: { field: 'y' }, text: { field: 'label' } }, 'rows'),
];

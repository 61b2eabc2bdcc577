import { formatUsd } from '../../shared/contract/money.ts';
import { counted, highest, percent, sum } from '../../shared/contract/numbers.ts';
import {
  type CostParts,
  isMeasuredLocally,
  MEASURED_LOCALLY,
  partsOf,
  type RunCost,
} from '../../shared/contract/run-cost.ts';
import { type Layer, layered, withoutPlot } from '../drawing/frame.ts';
import { columnsOf } from '../drawing/key.ts';
import { COLOURS } from '../drawing/theme.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';

/** What does each run cost, and how much of it do failed attempts take? A bar per run, with its parts. */
export const cost: Chart = {
  question: 'What does each run cost, and how much of it do failed attempts take?',
  numbers: { section: 'cost' },

  describe({ costs }) {
    const billed = billedOf(costs);
    if (billed.length === 0) return 'No receipts of earlier runs.';
    const total = sum(billed.map(({ parts }) => parts.total));
    const failed = sum(billed.map(({ parts }) => parts.failed));
    const last = billed.at(-1);
    return `${counted(billed.length, 'run')} before this one cost ${formatUsd(total)}, of which failed attempts ${formatUsd(failed)}. The last, run ${last?.run}, cost ${formatUsd(last?.parts.total ?? 0)}.`;
  },

  draw(run) {
    const frame = { title: title(run), description: cost.describe(run) };
    const billed = billedOf(run.costs);
    if (billed.length === 0)
      return withoutPlot({
        ...frame,
        notes: [
          subtitle(run),
          'The bill of a run comes after its pictures; the page of the next run shows it.',
        ],
      });
    return layered(
      {
        ...frame,
        notes: [
          subtitle(run),
          `US dollars of each run before this one: its training job, the Lambdas since the run before, and S3. Shown: ${counted(billed.length, 'run')}, at most 50.${unknownNote(billed)}${isMeasuredLocally(run.costs) ? ` ${MEASURED_LOCALLY}` : ''}`,
        ],
      },
      {
        height: 220,
        data: {
          values: billed.flatMap(({ run: number, parts }) =>
            KINDS.map(({ kind, part }, order) => ({ run: number, kind, usd: parts[part], order })),
          ),
        },
        encoding: { x: runAxis(billed.length) },
        layer: [barsOf(billed), ...(billed.length > MANY ? [] : [amountsOf(billed)])],
      },
    );
  },
};

/** The parts of a bar, from its foot to its top. */
const KINDS = [
  { kind: 'training', part: 'training', fill: COLOURS.model },
  { kind: 'Lambdas and S3', part: 'others', fill: COLOURS.line },
  { kind: 'failed attempts', part: 'failed', fill: COLOURS.popularity },
] as const satisfies readonly { kind: string; part: keyof CostParts; fill: string }[];

const runAxis = (runs: number) =>
  ({
    field: 'run',
    type: 'ordinal',
    title: 'run',
    // A few bars stay narrow, so that their heights are what is compared.
    scale: { paddingInner: 1 - Math.min(0.85, runs / 10), paddingOuter: 0.5 },
    axis: { labelAngle: 0, labelOverlap: true, labelSeparation: 6, grid: false },
  }) as const;

/** Room above the highest bar for its amount. */
const ROOM = 1.15;

function barsOf(billed: readonly Billed[]): Layer {
  const kinds = KINDS.map(({ kind }) => kind);
  return {
    mark: { type: 'bar' },
    encoding: {
      y: {
        field: 'usd',
        type: 'quantitative',
        title: 'US dollars',
        scale: {
          domain: [
            0,
            ROOM *
              highest(
                billed.map(({ parts }) => parts.total),
                0.000001,
              ),
          ],
          nice: false,
        },
        axis: { tickCount: 4, domain: false, ticks: false, labelExpr: "'$' + format(datum.value, ',~r')" },
      },
      color: {
        field: 'kind',
        type: 'nominal',
        sort: null,
        scale: { domain: kinds, range: KINDS.map(({ fill }) => fill) },
        legend: { columns: columnsOf(kinds), symbolType: 'square', title: null },
      },
      order: { field: 'order', type: 'quantitative' },
    },
  };
}

/** With more runs than this, amounts above the bars would touch each other. */
const MANY = 8;

const amountsOf = (billed: readonly Billed[]): Layer => ({
  data: {
    values: billed.map(({ run, parts: { total, unknown } }) => ({
      run,
      total,
      label: unknown > 0 ? `${formatUsd(total)} + ?` : formatUsd(total),
    })),
  },
  mark: { type: 'text', baseline: 'bottom', dy: -4 },
  encoding: { y: { field: 'total', type: 'quantitative' }, text: { field: 'label' } },
});

interface Billed {
  readonly run: number;
  readonly parts: CostParts;
}

const billedOf = (costs: readonly RunCost[]): Billed[] =>
  costs
    .filter(({ receipts }) => receipts.length > 0)
    .map((each) => ({ run: each.run, parts: partsOf(each) }));

function unknownNote(billed: readonly Billed[]): string {
  const unknown = billed.filter(({ parts }) => parts.unknown > 0).length;
  return unknown === 0 ? '' : ` Part of the bill is unknown for ${counted(unknown, 'run')} (“+ ?”).`;
}

/** A share of failed attempts from which they are the finding. */
const MANY_FAILED = 0.1;

function title({ costs }: RunData): string {
  const billed = billedOf(costs);
  // The cost of a run whose bill is unknown cannot be stated.
  const known = billed.filter(({ parts }) => parts.unknown === 0);
  const [before, last] = [known.at(-2), known.at(-1)];
  if (!last) return billed.length === 0 ? 'No run is billed yet' : 'The bill of every run is unknown';
  const total = sum(billed.map(({ parts }) => parts.total));
  const failed = sum(billed.map(({ parts }) => parts.failed));
  if (total > 0 && failed / total >= MANY_FAILED)
    return `Failed attempts took ${percent(failed / total)} of the ${formatUsd(total)} that ${counted(billed.length, 'run')} cost`;
  const own = `Run ${last.run} cost ${formatUsd(last.parts.total)}`;
  if (!before || before.parts.total === 0) return own;
  const change = Math.round(100 * (last.parts.total / before.parts.total - 1));
  if (change === 0) return `${own}, about as much as run ${before.run}`;
  return `${own}, ${Math.abs(change)} % ${change > 0 ? 'more' : 'less'} than run ${before.run}`;
}

import { formatUsd } from '../../shared/contract/money.ts';
import { counted, percent, sum } from '../../shared/contract/numbers.ts';
import {
  type CostParts,
  isMeasuredLocally,
  MEASURED_LOCALLY,
  partsOf,
  type RunCost,
} from '../../shared/contract/run-cost.ts';
import { layered, withoutPlot } from '../drawing/frame.ts';
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
        encoding: { x: { field: 'run', type: 'ordinal', title: 'run', axis: RUN_AXIS } },
        layer: [
          {
            mark: { type: 'bar' },
            encoding: {
              y: {
                field: 'usd',
                type: 'quantitative',
                title: 'US dollars',
                axis: {
                  tickCount: 4,
                  domain: false,
                  ticks: false,
                  labelExpr: "'$' + format(datum.value, ',~r')",
                },
              },
              color: {
                field: 'kind',
                type: 'nominal',
                sort: null,
                scale: { domain: KINDS.map(({ kind }) => kind), range: KINDS.map(({ fill }) => fill) },
                legend: {
                  columns: columnsOf(KINDS.map(({ kind }) => kind)),
                  symbolType: 'square',
                  title: null,
                },
              },
              order: { field: 'order', type: 'quantitative' },
            },
          },
          ...(billed.length > MANY ? [] : [LABELS(billed)]),
        ],
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

const RUN_AXIS = { labelAngle: 0, labelOverlap: true, labelSeparation: 6, grid: false } as const;

/** With more runs than this, amounts above the bars would touch each other. */
const MANY = 8;

const LABELS = (billed: readonly Billed[]) => ({
  data: {
    values: billed.map(({ run, parts }) => ({ run, total: parts.total, label: formatUsd(parts.total) })),
  },
  mark: { type: 'text', baseline: 'bottom', dy: -4 } as const,
  encoding: {
    y: { field: 'total', type: 'quantitative' },
    text: { field: 'label' },
  } as const,
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
  const unknown = billed.filter(({ parts }) => parts.unknown > 0).map(({ run }) => run);
  if (unknown.length === 0) return '';
  return ` Part of the bill is unknown for ${counted(unknown.length, 'run')}.`;
}

/** A share of failed attempts from which they are the finding. */
const MANY_FAILED = 0.1;

function title({ costs }: RunData): string {
  const billed = billedOf(costs);
  const [before, last] = [billed.at(-2), billed.at(-1)];
  if (!last) return 'No run is billed yet';
  const total = sum(billed.map(({ parts }) => parts.total));
  const failed = sum(billed.map(({ parts }) => parts.failed));
  if (total > 0 && failed / total >= MANY_FAILED)
    return `Failed attempts took ${percent(failed / total)} of the ${formatUsd(total)} that ${counted(billed.length, 'run')} cost`;
  const own = `Run ${last.run} cost ${formatUsd(last.parts.total)}`;
  if (!before || before.parts.total === 0) return own;
  const change = Math.round(100 * (last.parts.total / before.parts.total - 1));
  if (change === 0) return `${own}, as much as run ${before.run}`;
  return `${own}, ${Math.abs(change)} % ${change > 0 ? 'more' : 'less'} than run ${before.run}`;
}

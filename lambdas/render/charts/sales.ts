import { counted, grouped } from '../../shared/contract/numbers.ts';
import { CUT, cutAbove, cutMarks, cutsOf } from './bursts.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';
import { framed, plotWidth, textMark } from './frame.ts';
import { widthOf } from './text.ts';
import { COLOURS } from './theme.ts';

/** When is bought, and what did each run know? Sales by time, and a line where a run's data end. */
export const sales: Chart = {
  describe(run) {
    const { counts } = run.sales;
    const all = total(run);
    if (all === 0) return 'No sales to show.';
    const most = Math.max(...counts);
    return `${counted(all, 'sale')} in ${counted(counts.length, 'bucket')} of ${span(run)}; most in the one that begins on ${moment(run.sales.fromMs + counts.indexOf(most) * run.sales.bucketMs)}, ${grouped(most)}. ${counted(run.runs.length, 'run')} marked.`;
  },

  draw(run) {
    const { bucketMs, fromMs, counts } = run.sales;
    const width = plotWidth({ left: LEFT, right: RIGHT });
    const untilMs = Math.max(fromMs + counts.length * bucketMs, run.manifest.asOfMs, fromMs + bucketMs);
    const x = (ms: number): number => (width * (ms - fromMs)) / (untilMs - fromMs);
    const height = cutAbove(counts);
    const cuts = cutsOf(counts, height, (index) => x(fromMs + index * bucketMs));
    const top = cuts.length > 0 ? CUT.room : 0;
    return framed(
      {
        title: title(run),
        notes: [
          subtitle(run),
          `Sales of a type with weight, without returns, by ${span(run)}, UTC. A line stands where a window ends, that is with the newest sale of its run.`,
          ...cutNote(run, height),
        ],
        description: sales.describe(run),
        left: LEFT,
        right: RIGHT,
        bottom: 30,
        above: 16,
        height: HEIGHT,
      },
      {
        data: [
          {
            name: 'sales',
            values: counts.map((count, index) => ({
              from: fromMs + index * bucketMs,
              until: fromMs + (index + 1) * bucketMs,
              count,
            })),
          },
          { name: 'runs', values: runMarks(run, x) },
        ],
        scales: [
          { name: 'x', type: 'utc', domain: [fromMs, untilMs], range: [0, width] },
          { name: 'y', type: 'linear', domain: [0, Math.max(1, height)], nice: true, range: [HEIGHT, top] },
        ],
        axes: [
          {
            scale: 'y',
            orient: 'left',
            grid: true,
            domain: false,
            ticks: false,
            tickCount: 5,
            tickMinStep: 1,
            format: ',d',
            title: `sales in ${span(run)}`,
          },
          { scale: 'x', orient: 'bottom', tickCount: 5, labelOverlap: true, format: TIME_FORMAT },
        ],
        marks: [
          {
            type: 'rect',
            from: { data: 'sales' },
            encode: {
              enter: {
                x: { scale: 'x', field: 'from' },
                x2: { scale: 'x', field: 'until' },
                y:
                  top > 0
                    ? [
                        { test: `datum.count > ${height}`, value: CUT.top },
                        { scale: 'y', field: 'count' },
                      ]
                    : { scale: 'y', field: 'count' },
                y2: { scale: 'y', value: 0 },
                fill: { value: COLOURS.model },
              },
            },
          },
          {
            type: 'rule',
            from: { data: 'runs' },
            encode: {
              enter: {
                x: { scale: 'x', field: 'ms' },
                y: { value: -4 },
                y2: { value: run.runs.length > MANY ? 8 : HEIGHT },
                stroke: { value: COLOURS.popularity },
                strokeWidth: { value: 1.5 },
                strokeDash: { value: [4, 3] },
              },
            },
          },
          textMark(
            {
              x: { scale: 'x', field: 'ms' },
              y: { value: -14 },
              align: { value: 'center' },
              text: { field: 'label' },
            },
            'runs',
          ),
          ...(cuts.length > 0 ? [cutMarks(cuts, width)] : []),
        ],
      },
    );
  },
};

const [LEFT, RIGHT, HEIGHT] = [70, 20, 260];
/** So many lines would hide the sales; then they are short. */
const MANY = 12;
const HOUR_MS = 3_600_000;

/** By the size of the step; d3-time-format would say 09 AM. */
const TIME_FORMAT = {
  hours: '%H:%M',
  minutes: '%H:%M',
  date: '%d %b',
  day: '%d %b',
  week: '%d %b',
};

const total = (run: RunData): number => run.sales.counts.reduce((sum, count) => sum + count, 0);

/** The width of a bucket in words. */
function span({ sales: { bucketMs } }: RunData): string {
  const hours = bucketMs / HOUR_MS;
  if (hours === 1) return 'an hour';
  if (hours === 24) return 'a day';
  return hours % 24 === 0 ? `${hours / 24} days` : `${Math.round(10 * hours) / 10} hours`;
}

const moment = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/** So many are named one by one. */
const NAMED = 3;

/** Which bars are higher than they are drawn. */
function cutNote({ sales: { bucketMs, fromMs, counts } }: RunData, height: number): string[] {
  const cut = counts
    .map((count, index) => ({ count, named: `${grouped(count)} on ${moment(fromMs + index * bucketMs)}` }))
    .filter(({ count }) => count > height)
    .sort((a, b) => b.count - a.count);
  if (cut.length === 0) return [];
  const named = cut.slice(0, NAMED).map(({ named }) => named);
  const others = cut.length - named.length;
  return [
    `${cut.length === 1 ? '1 bar is' : `${cut.length} bars are`} cut, so that the others can be seen: ${named.join(', ')}${others > 0 ? ` and ${counted(others, 'lower one')}` : ''}.`,
  ];
}

function title(run: RunData): string {
  const all = total(run);
  if (all === 0) return 'Nothing was sold yet';
  const days = (run.sales.counts.length * run.sales.bucketMs) / (24 * HOUR_MS);
  return days < 2
    ? `${counted(all, 'sale')} in ${counted(Math.max(1, Math.round(24 * days)), 'hour')}`
    : `${counted(all, 'sale')} in ${counted(Math.round(days), 'day')}${all < days ? '' : `, ${grouped(Math.round(all / days))} a day`}`;
}

/** The runs within the time that is shown; a label only where it does not cover the one before, from the newest on. */
function runMarks({ runs, sales: { fromMs } }: RunData, x: (ms: number) => number) {
  let nextLeft = Number.POSITIVE_INFINITY;
  return runs
    .filter(({ asOfMs }) => asOfMs >= fromMs)
    .toReversed()
    .map(({ run, asOfMs }) => {
      const text = `run ${run}`;
      const half = widthOf(text, 14) / 2 + 4;
      const hasRoom = x(asOfMs) + half <= nextLeft;
      if (hasRoom) nextLeft = x(asOfMs) - half;
      return { ms: asOfMs, label: hasRoom ? text : '' };
    });
}

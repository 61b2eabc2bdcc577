import { counted, grouped, highest, sum } from '../../shared/contract/numbers.ts';
import { count, table, time } from '../../shared/web/html.ts';
import { CUT, cutAbove, cutLayers, cutsOf } from '../drawing/bursts.ts';
import { TEXT_SIZE } from '../drawing/config.ts';
import { layered } from '../drawing/frame.ts';
import { widthOf } from '../drawing/text.ts';
import { COLOURS } from '../drawing/theme.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';

/** When do users buy, and which sales did each run know? Sales over time, and a line at the newest sale of each run. */
export const sales: Chart = {
  question: 'When do users buy, and which sales did each run know?',

  describe(run) {
    const { counts, fromMs, bucketMs } = run.sales;
    const all = sum(counts);
    if (all === 0) return 'No sales to show.';
    const most = highest(counts);
    const start = moment(fromMs + counts.indexOf(most) * bucketMs);
    return `${counted(all, 'sale')} in ${counted(counts.length, 'bar')} of ${span(run)} each. The highest bar starts on ${start} and has ${grouped(most)}. ${counted(run.runs.length, 'run is', 'runs are')} marked.`;
  },

  draw(run) {
    const { bucketMs, fromMs, counts } = run.sales;
    const untilMs = Math.max(fromMs + counts.length * bucketMs, run.manifest.asOfMs, fromMs + bucketMs);
    const msPerPixel = (untilMs - fromMs) / WIDTH;
    const cutHeight = cutAbove(counts);
    const cuts = cutsOf(counts, cutHeight, (index) => (index * bucketMs) / msPerPixel);
    const room = cuts.length > 0 ? CUT.room : 0;
    /** Returns the number of sales at a height of the plot, in pixels from its top. */
    const salesAt = (pixels: number): number => (cutHeight * (HEIGHT - pixels)) / (HEIGHT - room);
    return layered(
      {
        title: title(run),
        notes: [
          subtitle(run),
          `A bar counts the sales in ${span(run)} (UTC), without returns and without types that have no weight. A line marks the newest sale that a run was trained on.`,
          ...cutNote(run, cutHeight),
        ],
        description: sales.describe(run),
      },
      {
        height: HEIGHT,
        encoding: { x: { field: 'at', type: 'temporal' } },
        layer: [
          {
            data: {
              name: 'sales',
              values: counts.map((count, index) => ({
                at: fromMs + index * bucketMs,
                until: fromMs + (index + 1) * bucketMs,
                height: count > cutHeight ? salesAt(CUT.top) : count,
              })),
            },
            mark: { type: 'rect', fill: COLOURS.model },
            encoding: {
              x2: { field: 'until' },
              y2: { datum: 0 },
              y: {
                field: 'height',
                type: 'quantitative',
                title: `sales in ${span(run)}`,
                scale:
                  room > 0
                    ? { domain: [0, salesAt(0)], nice: false }
                    : { domain: [0, Math.max(1, cutHeight)], nice: true },
                axis: {
                  format: ',d',
                  tickCount: 5,
                  tickMinStep: 1,
                  // The room above the cut has no labels, because no bar is drawn to scale there.
                  ...(room > 0 && {
                    labelExpr: `datum.value > ${cutHeight} ? '' : datum.label`,
                    gridOpacity: { condition: { test: `datum.value > ${cutHeight}`, value: 0 }, value: 1 },
                  }),
                },
              },
            },
          },
          {
            data: { name: 'runs', values: runLines(run, (ms) => (ms - fromMs) / msPerPixel) },
            mark: { type: 'rule', color: COLOURS.popularity, strokeWidth: 1.5, strokeDash: [4, 3] },
            encoding: {
              x: {
                field: 'at',
                type: 'temporal',
                title: null,
                scale: { type: 'utc', domain: [fromMs, untilMs] },
                axis: { grid: false, tickCount: 5, labelOverlap: true, format: TIME_FORMAT },
              },
              y: { value: -4 },
              y2: { value: run.runs.length > MANY ? 8 : HEIGHT },
            },
          },
          {
            data: { name: 'runs' },
            mark: 'text',
            encoding: { y: { value: -14 }, text: { field: 'label' } },
          },
          ...cutLayers(cuts, { x: (pixels) => fromMs + pixels * msPerPixel, y: salesAt, width: WIDTH }),
        ],
      },
    );
  },

  numbers: {
    /** Hours or days without sales are left out. */
    table({ sales: { bucketMs, fromMs, counts } }) {
      const hours = bucketMs / HOUR_MS;
      return table({
        label: 'Sales over time',
        header: [hours === 1 ? 'Hour starting' : `${count(hours)} hours starting`, 'Sales'],
        rows: counts.flatMap((sold, index) =>
          sold > 0 ? [[time(fromMs + index * bucketMs), count(sold)]] : [],
        ),
        numbers: [0, 1],
      });
    },
  },
};

const HEIGHT = 260;
/** About the width of the plot. It decides which texts are left out because they would cover each other. */
const WIDTH = 530;
/** With more lines than this, they are short, because they would hide the sales. */
const MANY = 12;
const HOUR_MS = 3_600_000;

/** Formats by the size of the step; the default would write 09 AM. */
const TIME_FORMAT = {
  hours: '%H:%M',
  minutes: '%H:%M',
  date: '%d %b',
  day: '%d %b',
  week: '%d %b',
};

/** Returns the width of a bucket in words. */
function span({ sales: { bucketMs } }: RunData): string {
  const hours = bucketMs / HOUR_MS;
  if (hours === 1) return 'an hour';
  if (hours === 24) return 'a day';
  return hours % 24 === 0 ? `${hours / 24} days` : `${Math.round(10 * hours) / 10} hours`;
}

const moment = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/** The largest number of cut bars that are named. */
const NAMED = 3;

/** Names the bars that are drawn lower than they are. */
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

function title({ sales: { counts, bucketMs } }: RunData): string {
  const all = sum(counts);
  if (all === 0) return 'There are no sales yet';
  const days = (counts.length * bucketMs) / (24 * HOUR_MS);
  return days < 2
    ? `${counted(all, 'sale')} in ${counted(Math.max(1, Math.round(24 * days)), 'hour')}`
    : `${counted(all, 'sale')} in ${counted(Math.round(days), 'day')}${all < days ? '' : `, ${grouped(Math.round(all / days))} a day`}`;
}

/**
 * Returns the lines of the runs within the time that is shown, newest first.
 *
 * @param x Turns a moment into pixels from the left of the plot. A label that would cover that of a newer run is left
 *   empty.
 */
function runLines({ runs, sales: { fromMs } }: RunData, x: (ms: number) => number) {
  let nextLeft = Number.POSITIVE_INFINITY;
  return runs
    .filter(({ asOfMs }) => asOfMs >= fromMs)
    .toReversed()
    .map(({ run, asOfMs }) => {
      const text = `run ${run}`;
      const half = widthOf(text, TEXT_SIZE) / 2 + 4;
      const hasRoom = x(asOfMs) + half <= nextLeft;
      if (hasRoom) nextLeft = x(asOfMs) - half;
      return { at: asOfMs, label: hasRoom ? text : '' };
    });
}

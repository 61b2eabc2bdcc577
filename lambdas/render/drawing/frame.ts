import type { LegendConfig, Spec, TitleConfig } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { highest } from '../../shared/contract/numbers.ts';
import { widthOf, wrapped } from './text.ts';
import { COLOURS, FONT } from './theme.ts';

/** The frame that all pictures share: theme, title, notes and key around a plot, always equally wide. */

/** Width of every picture in pixels. Narrow, so that its text can be read on a phone. */
export const PICTURE_WIDTH = 640;
const EDGE = 16;
/** Room within the edges. */
export const INNER_WIDTH = PICTURE_WIDTH - 2 * EDGE;
export const TEXT_SIZE = 14;
export const TITLE_SIZE = 20;
const NOTE_SIZE = 13;

export interface Frame {
  /** The finding. */
  readonly title: string;
  /** Below the title, each in lines of its own: which part of the data is shown, and how to read it. */
  readonly notes: readonly string[];
  /** What the picture shows beside its finding, for readers who cannot see it. */
  readonly description: string;
}

/** Parts of a specification that Vega-Lite and Vega have in common. */
export const framing = ({ title, notes, description }: Frame) => ({
  description: `${title}. ${description}`,
  background: COLOURS.paper,
  padding: EDGE,
  title: {
    text: wrapped(title, INNER_WIDTH, TITLE_SIZE, 'bold'),
    subtitle: notes.flatMap((note) => wrapped(note, INNER_WIDTH, NOTE_SIZE)),
  },
  config: CONFIG,
  usermeta: { embedOptions: { renderer: 'svg' } },
});

type Framing = keyof ReturnType<typeof framing> | '$schema';
export type LayerSpec = Extract<TopLevelSpec, { layer: unknown }>;
export type ConcatSpec = Extract<TopLevelSpec, { vconcat: unknown }>;
/** One of the layers of a plot; one of the plots of a picture. */
export type Layer = LayerSpec['layer'][number];
export type Plot = ConcatSpec['vconcat'][number];

const VEGA_LITE = 'https://vega.github.io/schema/vega-lite/v6.json';

/** One plot in the frame: as wide as its axes and labels leave room for. */
export const layered = (frame: Frame, plot: Omit<LayerSpec, Framing | 'width' | 'autosize'>): TopLevelSpec =>
  ({
    $schema: VEGA_LITE,
    ...framing(frame),
    width: PICTURE_WIDTH,
    autosize: { type: 'fit-x', contains: 'padding' },
    ...plot,
  }) as LayerSpec;

/**
 * Plots one below the other, and above them a key if there is one. Vega-Lite fits plots into a given width only where there
 * is one plot: here they have {@link PANEL}, and an axis title of one line.
 */
export const stacked = (
  frame: Frame,
  plots: readonly Plot[],
  entries: readonly KeyEntry[] = [],
): TopLevelSpec =>
  ({
    $schema: VEGA_LITE,
    ...framing(frame),
    spacing: 20,
    vconcat: [keyView(entries), ...plots],
  }) as ConcatSpec;

/** What is said where there is nothing to draw. */
export const withoutPlot = (frame: Frame): TopLevelSpec =>
  layered(frame, { height: 1, data: { values: [] }, layer: [{ mark: 'point' }] });

/** Room at the left of a plot among others, in which its y axis must fit, and at its right for what reaches beyond it. */
const [LEFT, RIGHT] = [72, 8];
/** The width of a plot among others, and the room for the labels of its y axis. */
export const PANEL = { width: INNER_WIDTH - LEFT - RIGHT, axis: { minExtent: 52, maxExtent: 52 } } as const;

/** The title of a plot among others, flush with the plot. */
export const panelTitle = (text: string, subtitle?: string) =>
  ({
    text,
    frame: 'group',
    fontSize: TEXT_SIZE,
    offset: 8,
    ...(subtitle !== undefined && { subtitle, subtitleFontSize: TEXT_SIZE }),
  }) as const;

/** A plot that has no values takes no more room than the sentence that says why. */
export const emptyPanel = (title: string, why: string): Plot => ({
  title: panelTitle(title, why),
  width: PANEL.width,
  height: 1,
  data: { values: [] },
  mark: 'point',
});

const CONFIG = {
  // One text describes the picture as a whole; hundreds of marks with a text each are noise.
  aria: false,
  style: {
    'guide-label': { font: FONT, fontSize: TEXT_SIZE, fill: COLOURS.ink },
    'guide-title': { font: FONT, fontSize: TEXT_SIZE, fill: COLOURS.soft, fontWeight: 'normal' },
    'group-title': { font: FONT, fontSize: TEXT_SIZE, fill: COLOURS.ink, fontWeight: 'bold' },
    'group-subtitle': { font: FONT, fontSize: NOTE_SIZE, fill: COLOURS.soft },
  },
  title: {
    anchor: 'start',
    frame: 'bounds',
    fontSize: TITLE_SIZE,
    lineHeight: 26,
    subtitleLineHeight: 18,
    subtitlePadding: 9,
    offset: 14,
  } satisfies TitleConfig,
  axis: {
    gridColor: COLOURS.grid,
    domainColor: COLOURS.line,
    tickColor: COLOURS.line,
    labelLimit: 0,
    labelPadding: 6,
  },
  axisX: { labelFlush: false },
  axisY: { grid: true, domain: false, ticks: false },
  legend: {
    orient: 'top',
    direction: 'horizontal',
    title: null,
    labelLimit: 0,
    symbolSize: 120,
    symbolStrokeWidth: 1.5,
    columnPadding: 20,
    rowPadding: 6,
    offset: 12,
    layout: { top: { anchor: 'start', frame: 'bounds' } },
  } as LegendConfig,
  view: { stroke: null },
  mark: { opacity: 1 },
  text: { font: FONT, fontSize: TEXT_SIZE, fill: COLOURS.ink },
} satisfies Spec['config'] & Record<string, unknown>;

/** Between two entries of a key. */
const GAP = 24;

/**
 * Columns of a legend whose entries fit into the picture. By hand, because Vega lets a horizontal legend run out of the
 * picture.
 *
 * @returns As many columns as there is room for, each as wide as its widest entry.
 */
export function columnsOf(entries: readonly string[]): number {
  const widths = entries.map((text) => 18 + widthOf(text, TEXT_SIZE) + GAP);
  const widthIn = (columns: number): number => {
    let width = 0;
    for (let column = 0; column < columns; column++)
      width += highest(widths.filter((_, index) => index % columns === column));
    return width;
  };
  let columns = entries.length;
  while (columns > 1 && widthIn(columns) > INNER_WIDTH) columns--;
  return columns;
}

/** One entry of the key of several plots. */
export interface KeyEntry {
  readonly text: string;
  readonly shape: string;
  readonly colour: string;
}

const KEY_LINE = 24;

/**
 * A key above several plots, as wide as the picture, which gives the picture its width even without entries. By hand,
 * because Vega-Lite merges colours and shapes into one legend only where there is one plot.
 */
function keyView(entries: readonly KeyEntry[]): Plot {
  const first = 8 - LEFT;
  let [left, top] = [first, 0];
  const values = entries.map((entry) => {
    const width = 14 + widthOf(entry.text, TEXT_SIZE) + GAP;
    if (left > first && left + width - GAP > INNER_WIDTH - LEFT) [left, top] = [first, top + KEY_LINE];
    const placed = { ...entry, left, top };
    left += width;
    return placed;
  });
  const place = { type: 'quantitative', scale: null, axis: null } as const;
  return {
    width: PANEL.width,
    height: top + 1,
    data: { values },
    encoding: { x: { field: 'left', ...place }, y: { field: 'top', ...place } },
    layer: [
      {
        data: { values: [{}] },
        mark: { type: 'rule', color: 'transparent', strokeWidth: 0 },
        encoding: { x: { value: -LEFT }, x2: { value: INNER_WIDTH - LEFT }, y: { value: 0 } },
      },
      {
        mark: { type: 'point', filled: true, size: 120 },
        encoding: {
          shape: { field: 'shape', type: 'nominal', scale: null },
          color: { field: 'colour', type: 'nominal', scale: null },
        },
      },
      { mark: { type: 'text', align: 'left', dx: 14 }, encoding: { text: { field: 'text' } } },
    ],
  };
}

/** Labels of an axis as `40 %` instead of `40%`. */
export const PERCENT_LABELS = "format(100 * datum.value, ',~r') + ' %'";

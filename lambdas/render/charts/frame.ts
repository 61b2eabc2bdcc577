import type { Mark, Spec } from 'vega';
import { widthOf, wrapped } from './text.ts';
import { COLOURS, FONT } from './theme.ts';

/**
 * The frame that all pictures share: title, lines below it, a key, the plot. Everything has its place by computing, not by
 * Vega's layout, which would have to guess the width of text; so all pictures are equally wide.
 */

/** Of every picture. Narrow, so that its text can be read on a phone. */
export const PICTURE_WIDTH = 640;
const EDGE = 16;
export const TEXT_SIZE = 14;
export const TITLE = { size: 20, line: 26 } as const;
const NOTE = { size: 13, line: 18 } as const;
const KEY_LINE = 24;

/** One entry of the key. */
export interface KeyItem {
  readonly text: string;
  readonly shape: string;
  readonly fill: string;
  readonly stroke?: string;
}

export interface Frame {
  readonly title: string;
  /** Below the title, each wrapped: what is shown of what, and what was left out. */
  readonly notes: readonly string[];
  /** What it shows, for those who cannot see it; they are told the title, which is the finding, before it. */
  readonly description: string;
  readonly key?: readonly KeyItem[];
  /** Room above the plot for what stands there. */
  readonly above?: number;
  /** Of the plot. */
  readonly height: number;
  /** Room for what stands left, right and below of the plot. */
  readonly left?: number;
  readonly right?: number;
  readonly bottom?: number;
}

/** How wide the plot is that these sides leave. */
export const plotWidth = ({ left = 0, right = 0 }: Pick<Frame, 'left' | 'right'>): number =>
  PICTURE_WIDTH - 2 * EDGE - left - right;

/** A specification of Vega with the frame around the given parts. */
export function framed(
  frame: Frame,
  parts: Pick<Spec, 'data' | 'scales' | 'axes' | 'marks' | 'signals'>,
): Spec {
  const { height, left = 0, right = 0, bottom = 0 } = frame;
  const heading = headingOf(frame);
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    description: `${frame.title}. ${frame.description}`,
    background: COLOURS.paper,
    width: plotWidth(frame),
    height,
    padding: { left: EDGE + left, right: EDGE + right, top: heading.height, bottom: EDGE + bottom },
    autosize: 'none',
    config: CONFIG,
    ...parts,
    marks: [...heading.marks(-left), ...(parts.marks ?? [])],
  };
}

/** Where there is nothing to draw: what is said about it, and no plot. */
export const withoutPlot = (frame: Omit<Frame, 'height'>): Spec => framed({ ...frame, height: 1 }, {});

const CONFIG = {
  // One text says it all, on the picture as a whole; hundreds of marks that say theirs are noise.
  aria: false,
  axis: {
    labelFont: FONT,
    labelFontSize: TEXT_SIZE,
    labelColor: COLOURS.ink,
    titleFont: FONT,
    titleFontSize: TEXT_SIZE,
    titleFontWeight: 'normal',
    titleColor: COLOURS.soft,
    gridColor: COLOURS.grid,
    domainColor: COLOURS.line,
    tickColor: COLOURS.line,
    labelLimit: 0,
    labelPadding: 6,
  },
} as NonNullable<Spec['config']>;

function headingOf({ title, notes, key = [], above = 0 }: Frame) {
  const inner = PICTURE_WIDTH - 2 * EDGE;
  const titleLines = wrapped(title, inner, TITLE.size, 'bold');
  const noteLines = notes.flatMap((note) => wrapped(note, inner, NOTE.size));
  const rows = keyRows(key, inner);
  const height =
    EDGE +
    titleLines.length * TITLE.line +
    4 +
    noteLines.length * NOTE.line +
    14 +
    rows.length * KEY_LINE +
    above;
  const marks = (x: number): Mark[] => {
    const top = EDGE - height;
    const notesTop = top + titleLines.length * TITLE.line + 4;
    const keyTop = notesTop + noteLines.length * NOTE.line + 8;
    return [
      textBlock(titleLines, {
        x,
        y: top,
        size: TITLE.size,
        line: TITLE.line,
        fill: COLOURS.ink,
        weight: 'bold',
      }),
      textBlock(noteLines, { x, y: notesTop, size: NOTE.size, line: NOTE.line, fill: COLOURS.soft }),
      ...rows.flatMap((row, index) => row.flatMap((item) => keyMarks(item, x, keyTop + index * KEY_LINE))),
    ];
  };
  return { height, marks };
}

interface Block {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly line: number;
  readonly fill: string;
  readonly weight?: 'bold';
}

const textBlock = (lines: string[], { x, y, size, line, fill, weight }: Block): Mark => ({
  type: 'text',
  encode: {
    enter: {
      x: { value: x },
      y: { value: y },
      text: { value: lines },
      baseline: { value: 'top' },
      font: { value: FONT },
      fontSize: { value: size },
      lineHeight: { value: line },
      fontWeight: { value: weight ?? 'normal' },
      fill: { value: fill },
    },
  },
});

interface PlacedItem extends KeyItem {
  readonly left: number;
}

/** Entries side by side, in as many rows as they need. */
function keyRows(key: readonly KeyItem[], inner: number): PlacedItem[][] {
  const rows: PlacedItem[][] = [];
  let left = 0;
  for (const item of key) {
    const width = 20 + widthOf(item.text, TEXT_SIZE);
    if (rows.length === 0 || left + width > inner) {
      rows.push([]);
      left = 0;
    }
    rows.at(-1)?.push({ ...item, left });
    left += width + 18;
  }
  return rows;
}

const keyMarks = ({ text, shape, fill, stroke, left }: PlacedItem, x: number, y: number): Mark[] => [
  {
    type: 'symbol',
    encode: {
      enter: {
        x: { value: x + left + 7 },
        y: { value: y + 10 },
        shape: { value: shape },
        size: { value: 120 },
        fill: { value: fill },
        ...(stroke !== undefined && { stroke: { value: stroke }, strokeWidth: { value: 1.5 } }),
      },
    },
  },
  textMark({ x: { value: x + left + 20 }, y: { value: y + 10 }, text: { value: text } }),
];

type Encoding = NonNullable<NonNullable<Mark['encode']>['enter']>;

/** Labels of an axis as `40 %` instead of `40%`. */
export const PERCENT_LABELS = {
  labels: { update: { text: { signal: "format(100 * datum.value, ',~r') + ' %'" } } },
};

/** Text in the font and size of all pictures; what is given stands above that. */
export const textMark = (encoding: Encoding, data?: string): Mark => ({
  type: 'text',
  ...(data !== undefined && { from: { data } }),
  encode: {
    enter: {
      baseline: { value: 'middle' },
      font: { value: FONT },
      fontSize: { value: TEXT_SIZE },
      fill: { value: COLOURS.ink },
      ...encoding,
    },
  },
});

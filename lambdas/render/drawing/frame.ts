import type { TopLevelSpec } from 'vega-lite';
import { CONFIG, EDGE, INNER_WIDTH, NOTE_SIZE, PICTURE_WIDTH, TITLE_SIZE } from './config.ts';
import { wrapped } from './text.ts';
import { COLOURS } from './theme.ts';

/** The frame that all pictures share: a title and notes above a plot, all of the same width. */

export interface Frame {
  /** The title, which states the finding. */
  readonly title: string;
  /** The notes below the title, each on a new line: which part of the data is shown, and how to read it. */
  readonly notes: readonly string[];
  /** What the picture shows in addition to its finding, for readers who cannot see it. */
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
/** A layer of a plot, and a plot of a picture. */
export type Layer = LayerSpec['layer'][number];
export type Plot = ConcatSpec['vconcat'][number];

export const VEGA_LITE = 'https://vega.github.io/schema/vega-lite/v6.json';

/** Puts one plot into the frame, as wide as its axes and labels allow. */
export const layered = (frame: Frame, plot: Omit<LayerSpec, Framing | 'width' | 'autosize'>): TopLevelSpec =>
  ({
    $schema: VEGA_LITE,
    ...framing(frame),
    width: PICTURE_WIDTH,
    autosize: { type: 'fit-x', contains: 'padding' },
    ...plot,
  }) as LayerSpec;

/** Makes the picture of a run that has nothing to draw: the title and the notes. */
export const withoutPlot = (frame: Frame): TopLevelSpec =>
  layered(frame, { height: 1, data: { values: [] }, layer: [{ mark: 'point' }] });

/** Formats the labels of an axis as `40 %` instead of `40%`. */
export const PERCENT_LABELS = "format(100 * datum.value, ',~r') + ' %'";

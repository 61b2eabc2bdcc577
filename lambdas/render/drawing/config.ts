import type { LegendConfig, Spec, TitleConfig } from 'vega';
import { COLOURS, FONT } from './theme.ts';

/** Sizes, fonts and colours that all pictures share, as a configuration of Vega-Lite and Vega. */

/** Width of every picture in pixels. It is narrow, so that its text can be read on a phone. */
export const PICTURE_WIDTH = 640;
export const EDGE = 16;
/** The width within the edges. */
export const INNER_WIDTH = PICTURE_WIDTH - 2 * EDGE;
export const TEXT_SIZE = 14;
export const TITLE_SIZE = 20;
export const NOTE_SIZE = 13;

export const CONFIG = {
  // One text describes the whole picture, because a text for each of hundreds of marks would be noise.
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
  } as LegendConfig,
  view: { stroke: null },
  mark: { opacity: 1 },
  text: { font: FONT, fontSize: TEXT_SIZE, fill: COLOURS.ink },
} satisfies Spec['config'] & Record<string, unknown>;

import type { Axis, Mark, Scale } from 'vega';
import type { KeyItem } from './frame.ts';
import { COLOURS } from './theme.ts';

/** What is compared, always in the same colour and shape; both differ, for colour alone does not reach everybody. */
export const SERIES = {
  model: { text: 'model', shape: 'circle', fill: COLOURS.model },
  served: { text: 'served run, on what was sold after it', shape: 'diamond', fill: COLOURS.served },
  personalFrequency: { text: 'personal frequency', shape: 'triangle-up', fill: COLOURS.frequency },
  recentPopularity: { text: 'recent popularity', shape: 'triangle-down', fill: COLOURS.soft },
  popularity: { text: 'popularity', shape: 'square', fill: COLOURS.popularity },
} as const satisfies Record<string, KeyItem>;
export type SeriesName = keyof typeof SERIES;
export const SERIES_NAMES = Object.keys(SERIES) as SeriesName[];

/** One value with its 95 % interval, at a place of the x axis in pixels. */
export interface Measured {
  readonly series: SeriesName;
  readonly x: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** From 0 to the highest interval, the scale `y` of a group. */
export const valueScale = (values: readonly Pick<Measured, 'high'>[], height: number): Scale => ({
  name: 'y',
  type: 'linear',
  domain: [0, Math.max(0.01, ...values.map(({ high }) => high))],
  nice: true,
  range: [height, 0],
});

export const VALUE_AXIS = {
  scale: 'y',
  orient: 'left',
  grid: true,
  domain: false,
  ticks: false,
  tickCount: 4,
} as const satisfies Axis;

/** More points than these in a series: intervals become a band, for their bars would hide everything. */
const MANY = 15;

/**
 * A line, intervals and points per series; `y` is the scale of the group that holds them.
 *
 * @param values In order of x.
 */
export const seriesMarks = (values: readonly Measured[]): Mark[] =>
  SERIES_NAMES.flatMap((name) => {
    const own = values.filter(({ series }) => series === name);
    if (own.length === 0) return [];
    const isBand = own.length > MANY && name !== 'served';
    const group: Mark = {
      type: 'group',
      data: [{ name: 'values', values: own }],
      marks: [isBand ? bandMark(name) : barMark(name), lineMark(name), pointMark(name, own.length)],
    };
    return [group];
  });

const barMark = (name: SeriesName): Mark => ({
  type: 'rule',
  from: { data: 'values' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: { scale: 'y', field: 'low' },
      y2: { scale: 'y', field: 'high' },
      stroke: { value: SERIES[name].fill },
      strokeWidth: { value: 1.5 },
      // It is black, and stands at every run.
      strokeOpacity: { value: name === 'served' ? 0.55 : 0.85 },
    },
  },
});

const bandMark = (name: SeriesName): Mark => ({
  type: 'area',
  from: { data: 'values' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: { scale: 'y', field: 'low' },
      y2: { scale: 'y', field: 'high' },
      fill: { value: SERIES[name].fill },
      fillOpacity: { value: 0.16 },
    },
  },
});

const lineMark = (name: SeriesName): Mark => ({
  type: 'line',
  from: { data: 'values' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: { scale: 'y', field: 'value' },
      stroke: { value: SERIES[name].fill },
      strokeWidth: { value: name === 'model' ? 2.5 : 1.5 },
      strokeOpacity: { value: name === 'served' ? 0 : 0.85 },
    },
  },
});

/** Of a square of the same size a triangle fills less than half. */
const TRIANGLE = 1.7;

/** Small, so that short intervals are seen on both sides. */
const pointMark = (name: SeriesName, count: number): Mark => ({
  type: 'symbol',
  from: { data: 'values' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: { scale: 'y', field: 'value' },
      shape: { value: SERIES[name].shape },
      size: { value: (count > MANY ? 20 : 40) * (SERIES[name].shape.startsWith('triangle') ? TRIANGLE : 1) },
      fill: { value: SERIES[name].fill },
      stroke: { value: COLOURS.paper },
      strokeWidth: { value: count > MANY ? 0 : 0.5 },
    },
  },
});

/** Places side by side around the middle, so that intervals do not cover each other. */
export const beside = (series: SeriesName, present: readonly SeriesName[], gap: number): number =>
  (present.indexOf(series) - (present.length - 1) / 2) * gap;

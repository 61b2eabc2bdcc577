import type { TopLevelSpec } from 'vega-lite';
import { highest } from '../../shared/contract/numbers.ts';
import type { Frame, Layer, Plot } from './frame.ts';
import { emptyPanel, type KeyEntry, PANEL, panelTitle, stacked } from './panels.ts';
import { COLOURS } from './theme.ts';

/**
 * The methods that are compared. Each always has the same colour and shape; both differ, because not every reader can
 * distinguish colours.
 */
const SERIES = {
  model: { text: 'model', shape: 'circle', colour: COLOURS.model },
  served: { text: 'served run, on the sales after it', shape: 'diamond', colour: COLOURS.served },
  personalFrequency: { text: 'personal frequency', shape: 'triangle-up', colour: COLOURS.frequency },
  recentPopularity: { text: 'recent popularity', shape: 'triangle-down', colour: COLOURS.soft },
  popularity: { text: 'popularity', shape: 'square', colour: COLOURS.popularity },
} as const satisfies Readonly<Record<string, KeyEntry>>;
export type SeriesName = keyof typeof SERIES;
export const SERIES_NAMES = Object.keys(SERIES) as SeriesName[];

/** A value with its 95 % interval, at a place of the x axis. */
export interface Measured {
  readonly series: SeriesName;
  readonly x: string | number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Panel {
  readonly title: string;
  /** In order of x; if there are none, `empty` says why. */
  readonly values: readonly Measured[];
  readonly empty: string;
  /** Every place of the x axis, in order. */
  readonly places: readonly (string | number)[];
  readonly x: { readonly title: string | null; readonly labelExpr?: string };
  readonly y: { readonly title: string; readonly labelExpr?: string };
}

/** With more places than this, intervals become a band, because single intervals would hide everything. */
const MANY = 15;

/** Makes panels of the same series, one below the other, with one key. */
export const compared = (
  frame: Frame,
  panels: readonly Panel[],
  present: readonly SeriesName[],
): TopLevelSpec =>
  stacked(
    frame,
    panels.map((panel) =>
      panel.values.length === 0 ? emptyPanel(panel.title, panel.empty) : panelOf(panel, present),
    ),
    present.map((name) => SERIES[name]),
  );

function panelOf({ title, values, places, x, y }: Panel, present: readonly SeriesName[]): Plot {
  const isMany = places.length > MANY;
  const color = { field: 'colour', type: 'nominal', scale: null } as const;
  const served = `datum.series === '${SERIES.served.text}'`;
  const [low, high] = [{ field: 'low' }, { field: 'high' }] as const;
  const band: Layer = {
    transform: [{ filter: `!(${served})` }],
    mark: { type: 'area', fillOpacity: 0.16 },
    encoding: { y: { ...low, type: 'quantitative' }, y2: high, color },
  };
  return {
    title: panelTitle(title),
    width: PANEL.width,
    height: 180,
    data: {
      values: values.map((value) => {
        const { text, shape, colour } = SERIES[value.series];
        return { ...value, series: text, shape, colour };
      }),
    },
    encoding: {
      x: {
        field: 'x',
        type: 'ordinal',
        title: x.title,
        // Series are side by side, so that intervals do not cover each other, and close together if there is room.
        scale: {
          domain: [...places],
          paddingInner: 1 - Math.min(0.8, places.length / 12),
          paddingOuter: 0.5,
        },
        axis: { labelAngle: 0, labelOverlap: true, labelSeparation: 6, ...x, grid: false },
      },
      xOffset: { field: 'series', scale: { domain: present.map((name) => SERIES[name].text) } },
      y: {
        field: 'value',
        type: 'quantitative',
        scale: {
          domain: [
            0,
            highest(
              values.map((each) => each.high),
              0.01,
            ),
          ],
          nice: true,
        },
        axis: { ...PANEL.axis, tickCount: 4, ...y },
      },
    },
    layer: [
      ...(isMany ? [band] : []),
      {
        transform: [{ filter: isMany ? served : 'true' }],
        mark: { type: 'rule', strokeWidth: 1.5, strokeOpacity: 0.85 },
        encoding: { y: { ...low, type: 'quantitative' }, y2: high, color },
      },
      {
        // No line joins the points of the served run, because each is of another run.
        transform: [{ filter: `!(${served})` }],
        mark: { type: 'line', strokeOpacity: 0.85 },
        encoding: {
          color,
          strokeWidth: {
            condition: { test: `datum.series === '${SERIES.model.text}'`, value: 2.5 },
            value: 1.5,
          },
        },
      },
      {
        // The points are small, so that short intervals are visible on both sides.
        mark: {
          type: 'point',
          filled: true,
          size: isMany ? 20 : 45,
          stroke: COLOURS.paper,
          strokeWidth: isMany ? 0 : 0.5,
        },
        encoding: {
          color,
          shape: { field: 'shape', type: 'nominal', scale: null },
        },
      },
    ],
  };
}

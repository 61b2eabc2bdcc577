import type { Mark } from 'vega';
import { textMark } from './frame.ts';
import { COLOURS } from './theme.ts';

/** What the graph is drawn with, from below: areas, lines, circles and squares, names. */

/** Areas leave others beneath them to be seen; edges stand out from areas, the thinnest too. */
export const OPACITY = { area: 0.75, edge: 0.85 } as const;

export const areaMark: Mark = {
  type: 'path',
  from: { data: 'areas' },
  encode: {
    enter: {
      path: { field: 'path' },
      fill: { field: 'colour' },
      fillOpacity: { value: OPACITY.area },
    },
  },
};

export const lineMark: Mark = {
  type: 'rule',
  from: { data: 'lines' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: { field: 'y' },
      x2: { field: 'x2' },
      y2: { field: 'y2' },
      stroke: { value: COLOURS.edge },
      strokeWidth: { signal: '0.5 + 2.5 * datum.strength * datum.strength' },
      strokeOpacity: { value: OPACITY.edge },
    },
  },
};

export const circleMark: Mark = {
  type: 'symbol',
  from: { data: 'circles' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: { field: 'y' },
      shape: { signal: "datum.kind === 'user' ? 'circle' : 'square'" },
      fill: { signal: `datum.kind === 'user' ? '${COLOURS.user}' : '${COLOURS.product}'` },
      stroke: { signal: `datum.kind === 'user' ? '${COLOURS.userStroke}' : '${COLOURS.productStroke}'` },
      strokeWidth: { value: 1.5 },
      size: { signal: 'PI * datum.radius * datum.radius' },
    },
  },
};

/** The halo, drawn first, keeps lines out of the letters. */
export const labelMark = (layer: 'halo' | 'ink'): Mark =>
  textMark(
    {
      x: { field: 'x' },
      y: { field: 'y' },
      text: { field: 'text' },
      align: { field: 'align' },
      fontSize: { field: 'fontSize' },
      fontWeight: { signal: "datum.fontSize > 11 ? 'bold' : 'normal'" },
      ...(layer === 'halo'
        ? {
            fill: { value: 'transparent' },
            stroke: { value: COLOURS.paper },
            strokeWidth: { value: 3 },
            strokeJoin: { value: 'round' },
            strokeOpacity: { value: 0.7 },
          }
        : { fill: { signal: `datum.fontSize > 11 ? '${COLOURS.productText}' : '${COLOURS.userText}'` } }),
    },
    'labels',
  );

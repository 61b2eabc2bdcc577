import type { Mark, Scale } from 'vega';
import { COLOURS, FONT } from '../drawing/theme.ts';

/** The marks of the graph, from the bottom up: areas, lines, circles and squares, names. */

/** Other areas are visible through an area, and even the thinnest edge is distinct from it. */
export const OPACITY = { area: 0.75, edge: 0.85 } as const;

/** Shape and colours by the kind of a vertex. */
export const KIND_SCALES: Scale[] = [
  { name: 'shape', type: 'ordinal', domain: ['user', 'product'], range: ['circle', 'square'] },
  { name: 'fill', type: 'ordinal', domain: ['user', 'product'], range: [COLOURS.user, COLOURS.product] },
  {
    name: 'stroke',
    type: 'ordinal',
    domain: ['user', 'product'],
    range: [COLOURS.userStroke, COLOURS.productStroke],
  },
];

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
      shape: { scale: 'shape', field: 'kind' },
      fill: { scale: 'fill', field: 'kind' },
      stroke: { scale: 'stroke', field: 'kind' },
      strokeWidth: { value: 1.5 },
      size: { signal: 'PI * datum.radius * datum.radius' },
    },
  },
};

/** Makes the marks of the labels. The halo is drawn first and hides the lines around the letters. */
export const labelMark = (layer: 'halo' | 'ink'): Mark => ({
  type: 'text',
  from: { data: 'labels' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: { field: 'y' },
      text: { field: 'text' },
      align: { field: 'align' },
      baseline: { value: 'middle' },
      font: { value: FONT },
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
  },
});

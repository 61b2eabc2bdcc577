import type { Mark } from 'vega';
import type { Place } from './exceeding.ts';
import { COLOURS } from './theme.ts';

interface Paint {
  readonly fill: string;
  readonly stroke: string;
  readonly shape?: string;
}

export const pointMark = (values: readonly Place[], { fill, stroke, shape = 'circle' }: Paint): Mark => ({
  type: 'group',
  data: [{ name: 'points', values: [...values] }],
  marks: [
    {
      type: 'symbol',
      from: { data: 'points' },
      encode: {
        enter: {
          x: { scale: 'x', field: 'degree' },
          y: { scale: 'y', field: 'y' },
          shape: { value: shape },
          size: { value: 45 },
          fill: { value: fill },
          stroke: { value: stroke },
          strokeWidth: { value: 1.2 },
        },
      },
    },
  ],
});

export const stemMark = (values: readonly Place[], { fill, stroke }: Paint): Mark => ({
  type: 'group',
  data: [{ name: 'points', values: [...values] }],
  marks: [
    {
      type: 'rect',
      from: { data: 'points' },
      encode: {
        enter: {
          xc: { scale: 'x', field: 'degree' },
          width: { signal: "max(2, 0.7 * (scale('x', 1) - scale('x', 0)))" },
          y: { scale: 'y', field: 'y' },
          y2: { scale: 'y', value: 0 },
          fill: { value: fill },
          stroke: { value: stroke },
        },
      },
    },
  ],
});

export const tailMark = (values: readonly Place[]): Mark => ({
  type: 'group',
  data: [{ name: 'tail', values: [...values] }],
  marks: [
    {
      type: 'line',
      from: { data: 'tail' },
      encode: {
        enter: {
          x: { scale: 'x', field: 'degree' },
          y: { scale: 'y', field: 'y' },
          stroke: { value: COLOURS.ink },
          strokeWidth: { value: 2 },
          strokeDash: { value: [6, 4] },
        },
      },
    },
  ],
});

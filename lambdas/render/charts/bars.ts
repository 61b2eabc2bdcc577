import type { Mark, Spec } from 'vega';
import { type Frame, framed, plotWidth, TEXT_SIZE, textMark } from './frame.ts';
import { fitted, widthOf } from './text.ts';

export interface Bar {
  readonly name: string;
  /** Length; negative ones go to the left. */
  readonly value: number;
  /** Beside the bar's end. */
  readonly label: string;
  readonly fill: string;
  readonly stroke: string;
}

const STEP = 25;
/** The part of the width that names may take. */
const NAMES = 0.42;

/**
 * Horizontal bars with their names on the left and what they say at their ends, in the given order.
 *
 * @param frame `scale`: what the axis below counts.
 */
export function bars(frame: Omit<Frame, 'height'> & { readonly scale: string }, rows: readonly Bar[]): Spec {
  const room = NAMES * plotWidth({});
  const values = rows.map((row) => {
    const name = fitted(row.name, room, TEXT_SIZE);
    return { ...row, name };
  });
  const left = Math.ceil(Math.max(40, ...values.map(({ name }) => widthOf(name, TEXT_SIZE)))) + 8;
  const right = Math.ceil(Math.max(20, ...values.map(({ label }) => widthOf(label, TEXT_SIZE)))) + 8;
  const full = { ...frame, left, right, bottom: 40, height: Math.max(1, values.length) * STEP };
  return framed(full, {
    data: [{ name: 'bars', values: values.map((row, index) => ({ ...row, y: index * STEP })) }],
    scales: [
      {
        name: 'x',
        type: 'linear',
        domain: [
          Math.min(0, ...rows.map(({ value }) => value)),
          Math.max(1, ...rows.map(({ value }) => value)),
        ],
        range: [0, plotWidth(full)],
      },
    ],
    axes: [
      {
        scale: 'x',
        orient: 'bottom',
        grid: true,
        domain: false,
        ticks: false,
        tickCount: 4,
        tickMinStep: 1,
        format: ',d',
        title: frame.scale,
        zindex: 0,
      },
    ],
    marks: [barMark, nameMark, labelMark],
  });
}

const barMark: Mark = {
  type: 'rect',
  from: { data: 'bars' },
  encode: {
    enter: {
      x: { scale: 'x', value: 0 },
      x2: { scale: 'x', field: 'value' },
      y: { field: 'y', offset: 4 },
      height: { value: STEP - 8 },
      fill: { field: 'fill' },
      stroke: { field: 'stroke' },
    },
  },
};

const nameMark: Mark = textMark(
  {
    x: { value: -8 },
    y: { field: 'y', offset: STEP / 2 },
    align: { value: 'right' },
    text: { field: 'name' },
  },
  'bars',
);

const labelMark: Mark = textMark(
  {
    x: { signal: "scale('x', max(0, datum.value)) + 7" },
    y: { field: 'y', offset: STEP / 2 },
    text: { field: 'label' },
  },
  'bars',
);

import type { TopLevelSpec } from 'vega-lite';
import { lowest } from '../../shared/contract/numbers.ts';
import { INNER_WIDTH, TEXT_SIZE } from './config.ts';
import { type Frame, layered } from './frame.ts';
import { columnsOf } from './key.ts';
import { fitted } from './text.ts';

export interface Bar {
  readonly name: string;
  /** The length of the bar; a negative one goes to the left. */
  readonly value: number;
  /** The text beside the bar's end. */
  readonly label: string;
  /** The entry of the key that the bar belongs to. */
  readonly kind: string;
}

export interface BarKey {
  /** In the order of the key. */
  readonly kinds: readonly { readonly kind: string; readonly fill: string }[];
  /** The outline of all bars; if left out, they have none. */
  readonly stroke?: string;
  /** The title of the axis below the bars. */
  readonly scale: string;
}

const STEP = 25;
/** The share of the width that names may take. */
const NAMES = 0.42;

/** Draws horizontal bars in the given order, with their names on the left and their labels at their ends. */
export function bars(frame: Frame, { kinds, stroke, scale }: BarKey, rows: readonly Bar[]): TopLevelSpec {
  const y = { field: 'row', type: 'ordinal' } as const;
  return layered(frame, {
    height: Math.max(1, rows.length) * STEP,
    data: { values: rows.map((row, index) => ({ ...row, row: index })) },
    // By hand, because Vega-Lite would put two products with the same name into one row, and a long name would take the
    // room of the bars.
    params: [{ name: 'names', value: rows.map(({ name }) => fitted(name, NAMES * INNER_WIDTH, TEXT_SIZE)) }],
    encoding: {
      y: { ...y, title: null, axis: { labelExpr: 'names[datum.value]', grid: false } },
      x: {
        field: 'value',
        type: 'quantitative',
        scale: {
          nice: false,
          domainMin: lowest(
            rows.map(({ value }) => value),
            0,
          ),
        },
        title: scale,
        axis: { format: ',d', tickCount: 4, tickMinStep: 1, domain: false, ticks: false },
      },
    },
    layer: [
      {
        mark: { type: 'bar', height: STEP - 8, ...(stroke !== undefined && { stroke }) },
        encoding: {
          color: {
            field: 'kind',
            type: 'nominal',
            scale: { domain: kinds.map(({ kind }) => kind), range: kinds.map(({ fill }) => fill) },
            legend: { columns: columnsOf(kinds.map(({ kind }) => kind)), symbolType: 'square' },
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 7 },
        transform: [{ calculate: 'max(0, datum.value)', as: 'end' }],
        encoding: { x: { field: 'end', type: 'quantitative' }, text: { field: 'label' } },
      },
    ],
  });
}

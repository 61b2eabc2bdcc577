import type { SaleField } from '../../lambdas/shared/sales/field-map.ts';
import { DECIMAL } from '../../lambdas/shared/sales/fields.ts';
import type { OutgoingRecord } from '../shop/simulate.ts';
import type { InputOptions } from './options.ts';

/** A record with its place in the file. */
export interface InputRecord extends OutgoingRecord {
  /** The line on which it begins, from 1; in Parquet the row. */
  readonly line: number;
  /** Why it cannot be read as a row; it is sent as it is, and accumulate rejects it. */
  readonly problem?: string;
}

/** Facts about a file, for people, which are known when its records are read. */
export interface InputFacts {
  /** Such as `CSV, separated by ;`. */
  form: string;
  encoding: string;
}

/** Reads the cell of a text file as the value of a field. Text that cannot be read stays, so that accumulate says why. */
export function cellReader(options: InputOptions): (field: SaleField, cell: string) => unknown {
  const { timeFormat, integerIds } = options;
  return (field, cell) => {
    if (field === 'quantity' || field === 'price') return DECIMAL.test(cell) ? Number(cell) : cell;
    if (field === 'timestamp') return timeFormat?.read(cell) ?? withZone(cell.trim());
    if (integerIds && field.endsWith('Id')) return cell.replace(INTEGER, '$1');
    return cell;
  };
}

/** A whole number that a program wrote with a fraction, as pandas does for columns with missing values. */
export const INTEGER = /^(-?\d+)\.0+$/;

/** Adds UTC to a time without a zone; digits alone are epoch milliseconds. */
export function withZone(cell: string): string | number {
  if (/^\d{12,}$/.test(cell)) return Number(cell);
  const match = /^(\d{4}-\d\d-\d\d)[ T]+(\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)$/.exec(cell);
  if (match) return `${match[1]}T${match[2]}Z`;
  return /^\d{4}-\d\d-\d\d$/.test(cell) ? `${cell}T00:00Z` : cell;
}

/** A user's sales share a key, so that they stay in order. */
export const toOutgoing = (record: Readonly<Record<string, unknown>>, line: number): InputRecord => ({
  key: typeof record.userId === 'string' ? record.userId : null,
  value: Buffer.from(JSON.stringify(record)),
  timestampMs: undefined,
  line,
});

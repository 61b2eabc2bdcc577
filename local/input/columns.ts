import { SALE_FIELDS, type SaleField } from '../../lambdas/shared/sales/field-map.ts';
import { nearest } from '../terminal/nearest.ts';
import { printable } from '../terminal/printable.ts';
import type { ColumnMap } from './column-map.ts';
import { InputError } from './options.ts';

/** A column that a field of a sale is read from. */
export interface Column {
  readonly field: SaleField;
  readonly name: string;
  readonly index: number;
}

const MAX_MESSAGE = 300;
const REQUIRED: readonly SaleField[] = ['userId', 'productId'];

/** Returns the names of the columns that a file must have: those of the map, and those of the required fields. */
export const neededNames = (map: ColumnMap): string[] =>
  SALE_FIELDS.flatMap((field) =>
    map[field] !== undefined || REQUIRED.includes(field) ? [map[field] ?? field] : [],
  );

/** Returns the names of the columns without which there is no sale. */
export const requiredNames = (map: ColumnMap): string[] => REQUIRED.map((field) => map[field] ?? field);

/**
 * Finds the column of each field.
 *
 * @throws {InputError} If a needed column is missing, or a column that is read occurs twice.
 */
export function findColumns(header: readonly string[], map: ColumnMap): Column[] {
  return SALE_FIELDS.flatMap((field): Column[] => {
    const name = map[field] ?? field;
    const index = header.indexOf(name);
    const second = header.indexOf(name, index + 1);
    if (index >= 0 && second >= 0)
      throw new InputError(
        `its header has the column ${printable(name)} twice, as columns ${index + 1} and ${second + 1}, and ${field} can be read from one only; rename one of them`,
      );
    if (index >= 0) return [{ field, name, index }];
    if (map[field] === undefined && !REQUIRED.includes(field)) return [];
    throw new InputError(
      `it has no column ${printable(name)} for ${field}; did you mean ${printable(nearest(name, header))}? Columns: ${printable(header.map((column) => printable(column)).join(', '), MAX_MESSAGE)}`,
    );
  });
}

import { SALE_FIELDS, type SaleField } from '../../lambdas/shared/sales/field-map.ts';
import { nearest } from '../terminal/nearest.ts';

/** The file's column for each field of a sale; fields that are missing here have the column of the same name. */
export type ColumnMap = Readonly<Partial<Record<SaleField, string>>>;

/**
 * Reads FIELD=COLUMN,…: `userId=CustomerID,productId=StockCode`. A column's name may contain an equals sign.
 *
 * @throws {Error} If a field is unknown or has no column; the message completes "should be …".
 */
export function columnMap(text: string): ColumnMap {
  const pairs = text.split(',').map((pair) => {
    const [field = '', column = ''] = pair.split(/=(.*)/s);
    if (!isField(field)) {
      const suggestion =
        field === '' ? '' : `; did you mean ${nearest(field, SALE_FIELDS)} instead of ${field}?`;
      throw new Error(`FIELD=COLUMN,… with the fields ${SALE_FIELDS.join(', ')}${suggestion}`);
    }
    if (column === '') throw new Error(`FIELD=COLUMN,…, but ${field} has no column`);
    return [field, column] as const;
  });
  return Object.fromEntries(pairs);
}

const isField = (name: string): name is SaleField => SALE_FIELDS.some((field) => field === name);

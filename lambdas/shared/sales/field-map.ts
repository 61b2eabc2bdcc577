import * as z from 'zod';

/** The fields of a sale. Fields with other names are not stored. */
export const SALE_FIELDS = [
  'userId',
  'productId',
  'quantity',
  'timestamp',
  'type',
  'orderId',
  'price',
  'productName',
] as const;
export type SaleField = (typeof SALE_FIELDS)[number];

/**
 * The names of the fields on the topic, such as `{"userId":"user"}`. A field that is not in the map has the same name
 * there.
 */
export const FieldMap = z.partialRecord(z.enum(SALE_FIELDS), z.string().min(1));
export type FieldMap = z.infer<typeof FieldMap>;

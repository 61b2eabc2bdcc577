import * as z from 'zod';

/** The fields of a sale, by our names; all others are never stored. */
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

/** What the fields are called on the topic: `{"userId":"user"}`. Fields that are not named keep our name. */
export const FieldMap = z.partialRecord(z.enum(SALE_FIELDS), z.string().min(1));
export type FieldMap = z.infer<typeof FieldMap>;

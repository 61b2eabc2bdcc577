import * as z from 'zod';

/**
 * The attributes of products: what a request says about a product, and what the catalogue stores. `docs/catalogue.md` explains
 * where they are stored.
 */

/** Longest id of a product, in UTF-16 code units, as in sales; likewise below. */
export const MAX_PRODUCT_ID_LENGTH = 256;
export const MAX_ATTRIBUTE_TEXT_LENGTH = 1024;
export const MAX_ATTRIBUTE_NAME_LENGTH = 64;
/** Largest number of attributes that the project does not know itself. */
export const MAX_FURTHER_ATTRIBUTES = 50;
/** Between the levels of a category, as in `Home > Lighting > Lamps`. */
export const CATEGORY_SEPARATOR = ' > ';

const Text = z
  .string()
  .max(MAX_ATTRIBUTE_TEXT_LENGTH)
  .refine((text) => text.isWellFormed());

/** ISO 8601 with a zone, or epoch ms. */
const Moment = z.union([z.iso.datetime({ offset: true }), z.int().min(-8.64e15).max(8.64e15)]);

/** The attributes that the project knows. Null counts as absent. */
const KNOWN = {
  name: Text.nullish().describe(
    'Shown in answers, lists, graph and charts, in place of the name in the sales',
  ),
  category: Text.nullish().describe(
    'A category, or a path from the general to the special: `Home > Lighting > Lamps`',
  ),
  price: z.number().min(0).nullish().describe('In the currency of the shop'),
  available: z.boolean().nullish().describe('false hides the product from every answer; true if absent'),
  from: Moment.nullish().describe(
    'The product is hidden before this moment: ISO 8601 with a zone, or epoch ms',
  ),
  until: Moment.nullish().describe('The product is hidden from this moment on'),
};

/** The attributes of a product as a request or a line of a file has them. Every other field is a further attribute. */
export const Attributes = z.object(KNOWN).catchall(z.union([Text, z.number()]).nullish());

/** A product with its attributes. */
export const ProductAttributes = Attributes.safeExtend({
  productId: z
    .union([
      z
        .string()
        .min(1)
        .max(MAX_PRODUCT_ID_LENGTH)
        .refine((id) => id.isWellFormed()),
      z.int(),
    ])
    .describe('Id of the product, as on the topic; a whole number counts as its digits'),
});
export type ProductAttributes = z.infer<typeof ProductAttributes>;

/** The fields of {@link ProductAttributes} that have a meaning of their own. */
export const KNOWN_ATTRIBUTES = [
  'productId',
  'name',
  'category',
  'price',
  'available',
  'from',
  'until',
] as const satisfies readonly (keyof typeof KNOWN | 'productId')[];

const Milliseconds = z.int().min(-8.64e15).max(8.64e15);

/** A product as a line of the catalogue has it. It holds all attributes: a later line replaces an earlier one as a whole. */
export const CatalogueProduct = z.strictObject({
  productId: z.string().min(1).max(MAX_PRODUCT_ID_LENGTH),
  name: z.string().optional(),
  /** Levels are joined by {@link CATEGORY_SEPARATOR}. */
  category: z.string().optional(),
  price: z.number().min(0).optional(),
  /** Absent: true. */
  available: z.boolean().optional(),
  /** Inclusive, epoch ms. */
  fromMs: Milliseconds.optional(),
  /** Exclusive, epoch ms. */
  untilMs: Milliseconds.optional(),
  /** Further attributes. They are stored and not used. */
  attributes: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type CatalogueProduct = z.infer<typeof CatalogueProduct>;

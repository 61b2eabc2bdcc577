import * as z from 'zod';

/**
 * The attributes of products: what a request says about a product, what the catalogue stores, and which filters a request for
 * recommendations may have. `docs/catalogue.md` explains where they are stored.
 */

/** Longest id of a product, in UTF-16 code units, as in sales; likewise below. */
export const MAX_PRODUCT_ID_LENGTH = 256;
export const MAX_ATTRIBUTE_TEXT_LENGTH = 1024;
export const MAX_ATTRIBUTE_NAME_LENGTH = 64;
/** Largest number of attributes that the project does not know itself. */
export const MAX_FURTHER_ATTRIBUTES = 50;
/** Between the levels of a category, as in `Home > Lighting > Lamps`. */
export const CATEGORY_SEPARATOR = ' > ';

/** Half of a surrogate pair has no UTF-8. */
const isUnicode = [
  (text: string): boolean => text.isWellFormed(),
  'text without half a surrogate pair',
] as const;

const Text = z
  .string()
  .max(MAX_ATTRIBUTE_TEXT_LENGTH)
  .refine(...isUnicode);

/** ISO 8601 with a zone, or epoch ms. */
const Moment = z.union([z.iso.datetime({ offset: true }), z.int().min(-8.64e15).max(8.64e15)]);

/** The attributes that the project knows. Null counts as absent. */
const KNOWN = {
  productId: z
    .union([
      z
        .string()
        .min(1)
        .max(MAX_PRODUCT_ID_LENGTH)
        .refine(...isUnicode),
      z.int(),
    ])
    .describe('Id of the product, as on the topic; a whole number counts as its digits'),
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

/** A product as a request or a line of a file has it. Every other field is a further attribute: text or a number. */
export const ProductAttributes = z.object(KNOWN).catchall(z.union([Text, z.number()]).nullish());
export type ProductAttributes = z.infer<typeof ProductAttributes>;

/** The fields of {@link ProductAttributes} that have a meaning of their own. */
export const KNOWN_ATTRIBUTES = Object.keys(KNOWN) as readonly (keyof typeof KNOWN)[];

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

/** The filters of a request for recommendations. A product must pass all of them. */
export const Filters = z.object({
  /** The product's category, or one above it: `Home` also means `Home > Lighting`. */
  category: z.string().min(1).max(MAX_ATTRIBUTE_TEXT_LENGTH).optional(),
  /**
   * True: only products that the catalogue names and does not hide. False or absent: products that it does not name, too.
   * Neither shows a product that the catalogue hides.
   */
  available: z.boolean().optional(),
  /** Lowest price, inclusive. Products without a price do not pass. */
  minPrice: z.number().min(0).optional(),
  /** Highest price, inclusive. Products without a price do not pass. */
  maxPrice: z.number().min(0).optional(),
  /** Ids of products to leave out; unknown ones are ignored. */
  exclude: z.array(z.string().min(1).max(MAX_PRODUCT_ID_LENGTH)).max(1000).optional(),
});
export type Filters = z.infer<typeof Filters>;

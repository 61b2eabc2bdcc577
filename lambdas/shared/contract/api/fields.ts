import * as z from 'zod';

/** Fields that several operations share. */

const Text256 = z.string().min(1).max(256);

export const UserId = Text256.describe('Id of the user, as on the topic').meta({ id: 'UserId' });
export const ProductId = Text256.describe('Id of the product, as on the topic').meta({ id: 'ProductId' });

export const Millis = z.int().min(0).describe('A moment in epoch milliseconds, UTC');

/** A sale's type, as on the topic; see `docs/input.md`. */
export const SaleType = z.string().min(1).max(64);

export const Length = z.int().min(1).max(100).default(10).describe('Number of products at most');

/** Most products that one request may leave out. */
export const MAX_EXCLUDED = 1000;

/**
 * Which products may be in an answer, by the attributes in the catalogue. A product without the attribute that a filter asks for
 * is left out. Products that are hidden in the catalogue are never in an answer, also without filters.
 */
export const Filters = z.object({
  category: z
    .array(z.string().min(1).max(256))
    .min(1)
    .max(50)
    .optional()
    .describe(
      'Only products of one of these categories, or of one below it: `Home` means `Home > Lighting` too',
    ),
  available: z
    .boolean()
    .optional()
    .describe('true: only products whose availability is stated in the catalogue and is true'),
  minPrice: z.number().min(0).optional().describe('Only products that cost at least this much'),
  maxPrice: z.number().min(0).optional().describe('Only products that cost at most this much'),
  exclude: z.array(ProductId).max(MAX_EXCLUDED).optional().describe('Products to leave out'),
});
export type Filters = z.output<typeof Filters>;

/** The run that an answer comes from. */
export const AnsweringRun = z
  .strictObject({
    run: z.int().min(1).describe('Number of the run'),
    newestSaleMs: Millis.describe('The newest sale that the run knows, epoch ms'),
  })
  .meta({ id: 'Run', description: 'The run that an answer comes from.' });

export const Name = z.string().describe('Name of the product; absent if it has none');
export const Score = z.number().describe('Orders the products of one answer; has no unit');

/** A product with its place in a list. */
export const RankedProduct = z
  .strictObject({
    product: ProductId,
    name: Name.optional(),
    rank: z.int().min(1).describe('1 is the best'),
    score: Score,
  })
  .meta({ id: 'RankedProduct' });

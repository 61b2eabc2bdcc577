import * as z from 'zod';
import { Filters } from '../catalogue.ts';

/** Fields that several operations share. */

const Text256 = z.string().min(1).max(256);

export const UserId = Text256.describe('Id of the user, as on the topic').meta({ id: 'UserId' });
export const ProductId = Text256.describe('Id of the product, as on the topic').meta({ id: 'ProductId' });

export const Millis = z.int().min(0).describe('A moment in epoch milliseconds, UTC');

/** A sale's type, as on the topic; see `docs/input.md`. */
export const SaleType = z.string().min(1).max(64);

export const Length = z.int().min(1).max(100).default(10).describe('Number of products at most');

/** The filters of the catalogue, as parameters: they say which products may be in an answer. */
export const FilterParameters = z.object({
  category: Filters.shape.category.describe(
    'Only products of this category, or of one below it: `Home` also means `Home > Lighting`',
  ),
  available: Filters.shape.available.describe(
    'true: only products that the catalogue names. Products that it hides are never in an answer, whatever this says',
  ),
  minPrice: Filters.shape.minPrice.describe('Lowest price, inclusive; products without a price are left out'),
  maxPrice: Filters.shape.maxPrice.describe(
    'Highest price, inclusive; products without a price are left out',
  ),
  exclude: Filters.shape.exclude.describe('Products to leave out; ids that nobody knows are ignored'),
});

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

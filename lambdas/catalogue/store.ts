import { MAX_PRODUCTS, type ProductsResult } from '../shared/contract/api/catalogue.ts';
import { counted, grouped } from '../shared/contract/numbers.ts';
import { describeRefusal, type Parsed, parseProduct } from '../shared/contract/parse-product.ts';
import type { Lake } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { appendProducts } from './write.ts';

export interface CatalogueParts {
  readonly lake: Lake;
  readonly log: Log;
}

/**
 * Stores the valid ones of these products as one batch.
 *
 * @param values In any order; of several with the same id, the last one counts.
 * @returns What became of each, in their order.
 * @throws {RangeError} If there is none, or there are too many.
 * @throws {Error} If the bucket fails; nothing is stored then.
 */
export function storeProducts(values: readonly unknown[], parts: CatalogueParts): Promise<ProductsResult> {
  if (values.length < 1 || values.length > MAX_PRODUCTS)
    throw new RangeError(
      `Cannot store ${counted(values.length, 'product')}: should be 1 to ${grouped(MAX_PRODUCTS)}`,
    );
  return storeParsed(values.map(parseProduct), parts);
}

/** Does the same with products that were parsed. */
export async function storeParsed(parsed: readonly Parsed[], parts: CatalogueParts): Promise<ProductsResult> {
  const valid = parsed.flatMap((each) => ('product' in each ? [each.product] : []));
  if (valid.length > 0) await appendProducts(valid, parts);
  return {
    accepted: valid.length,
    refused: parsed.length - valid.length,
    products: parsed.map((each) =>
      'product' in each
        ? { accepted: true, productId: each.product.productId }
        : { accepted: false, reason: describeRefusal(each.refused) },
    ),
  };
}

import { MAX_PRODUCTS, type ProductsResult } from '../shared/contract/api/catalogue.ts';
import type { Reply, StageRoutes } from '../shared/contract/api/operation.ts';
import type { CatalogueProduct } from '../shared/contract/catalogue.ts';
import { describeRefusal, parseProduct } from '../shared/contract/parse-product.ts';
import { documentsOf, parseJsonBody } from '../shared/http/body.ts';
import { invalidRequest, ProblemError } from '../shared/http/problem-error.ts';
import type { Lake } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { appendProducts } from './write.ts';

export interface CatalogueParts {
  readonly lake: Lake;
  readonly log: Log;
}

/** Creates the operations that store attributes of products. */
export function createCatalogueRoutes(parts: CatalogueParts): StageRoutes<'catalogue'> {
  return {
    async putProduct({ params: { product: productId }, bytes }) {
      const body = parseJsonBody(bytes);
      checkSameId(body, productId);
      const parsed = parseProduct({ ...(body as object), productId });
      if ('refused' in parsed) throw invalidRequest([{ in: 'body', ...parsed.refused }]);
      return resultOf(parts, [parsed]);
    },
    async addProducts({ bytes, headers }) {
      const documents = documentsOf(bytes, { contentType: headers['content-type'], most: MAX_PRODUCTS });
      return resultOf(
        parts,
        documents.map(({ value, text }) =>
          value === undefined
            ? { refused: { field: '', is: JSON.stringify(text.slice(0, 100)), shouldBe: 'a JSON object' } }
            : parseProduct(value),
        ),
      );
    },
  };
}

/** @throws {ProblemError} 400, if the body names another product than the address does. */
function checkSameId(body: unknown, productId: string): void {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'productId')) return;
  const named: unknown = Reflect.get(body, 'productId');
  if (named === productId || (typeof named === 'number' && String(named) === productId)) return;
  const is = typeof named === 'string' ? JSON.stringify(named.slice(0, 100)) : typeof named;
  const shouldBe = `${JSON.stringify(productId)}, as in the address, or absent`;
  throw invalidRequest([{ in: 'body', field: 'productId', is, shouldBe }]);
}

/** Stores what is valid as one batch, and reports each product. */
async function resultOf(
  parts: CatalogueParts,
  parsed: readonly ReturnType<typeof parseProduct>[],
): Promise<Reply> {
  const valid = parsed.flatMap((each) => ('product' in each ? [each.product] : []));
  if (valid.length > 0) await store(parts, valid);
  const refused = parsed.length - valid.length;
  const body: ProductsResult = {
    accepted: valid.length,
    refused,
    products: parsed.map((each) =>
      'product' in each
        ? { accepted: true, productId: each.product.productId }
        : { accepted: false, reason: describeRefusal(each.refused) },
    ),
  };
  return { status: refused === 0 ? 200 : valid.length === 0 ? 422 : 207, body };
}

/** @throws {ProblemError} 503, if nothing is stored; the request may be sent again. */
async function store(parts: CatalogueParts, products: readonly CatalogueProduct[]): Promise<void> {
  try {
    await appendProducts(products, parts);
  } catch (cause) {
    throw new ProblemError(
      'unavailable',
      'The products are not stored, because the bucket cannot be read or written; send them again',
      { cause, headers: { 'retry-after': '5' } },
    );
  }
}

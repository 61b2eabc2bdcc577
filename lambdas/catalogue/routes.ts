import { MAX_PRODUCTS } from '../shared/contract/api/catalogue.ts';
import type { Reply, StageRoutes } from '../shared/contract/api/operation.ts';
import { type Parsed, parseProduct } from '../shared/contract/parse-product.ts';
import { documentsOf, parseJsonBody } from '../shared/http/body.ts';
import { invalidRequest, ProblemError } from '../shared/http/problem-error.ts';
import { type CatalogueParts, storeParsed } from './store.ts';

/** Creates the operations that store attributes of products. */
export function createCatalogueRoutes(parts: CatalogueParts): StageRoutes<'catalogue'> {
  return {
    async putProduct({ params: { product: productId }, bytes }) {
      const body = parseJsonBody(bytes);
      checkSameId(body, productId);
      const parsed = parseProduct({ ...(body as object), productId });
      if ('refused' in parsed) throw invalidRequest([{ in: 'body', ...parsed.refused }]);
      return answer(parts, [parsed]);
    },
    async addProducts({ bytes, headers }) {
      const documents = documentsOf(bytes, { contentType: headers['content-type'], most: MAX_PRODUCTS });
      return answer(
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

/** @throws {ProblemError} 503, if nothing is stored; the request may be sent again. */
async function answer(parts: CatalogueParts, parsed: readonly Parsed[]): Promise<Reply> {
  try {
    const body = await storeParsed(parsed, parts);
    return { status: body.refused === 0 ? 200 : body.accepted === 0 ? 422 : 207, body };
  } catch (cause) {
    throw new ProblemError(
      'unavailable',
      'The products are not stored, because the bucket cannot be read or written; send them again',
      { cause, headers: { 'retry-after': '5' } },
    );
  }
}

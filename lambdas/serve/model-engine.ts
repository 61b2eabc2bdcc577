import { createAnswerer } from './answer/answerer.ts';
import { purchasesOf } from './answer/history.ts';
import { loadModel } from './answer/model.ts';
import type { Loaded } from './load-run.ts';

/**
 * Makes the engine of a run from its model files.
 *
 * @param document The parsed `model/answer.json`.
 * @param tensors The bytes of `model/answer.safetensors`; the engine keeps them.
 * @throws {RangeError} If the files are damaged or do not fit together.
 */
export function createModelEngine(document: unknown, tensors: Uint8Array): Loaded {
  const model = loadModel(document, tensors);
  const answerer = createAnswerer(model);
  return {
    histories: model.histories,
    engine: {
      products: model.products,
      asOfMs: model.asOfMs,
      recommend(stored, newer, query) {
        const { purchases, unknownProducts, newestMs, recentUsed } = purchasesOf(model, stored, newer);
        const { source, momentMs, products } = answerer.answer(purchases, query);
        return {
          source,
          momentMs,
          newerSales: recentUsed,
          newestSaleMs: newestMs,
          unknownProducts,
          products,
        };
      },
      popular: (query) => answerer.popular(query),
      trending: (query) => answerer.trending(query),
      similar: (product, query) => answerer.similar(product, query),
      together: (product, query) => answerer.together(product, query),
    },
  };
}

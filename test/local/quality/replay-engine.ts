import type { Engine } from '../../../lambdas/serve/engine.ts';
import type { StoredHistory } from '../../../lambdas/shared/contract/answer-model.ts';

const PRODUCTS = ['lamp', 'mug', 'vase'];

/** A stored history with one purchase of each product. */
export const productsOf = (...products: string[]): StoredHistory => ({
  product: products.map((product) => PRODUCTS.indexOf(product)),
  atMs: products.map(() => 0),
  basket: products.map(() => 0),
  quantity: products.map(() => 1),
  price: products.map(() => null),
  weight: products.map(() => 1),
  orders: [0],
});

/** What an engine was asked. */
interface Asked {
  readonly list: string;
  readonly n: number;
  readonly newer: readonly string[];
}

/** An engine that shows the product after the newest one of the history, and nothing to somebody without a history. */
export function startEngine(): { readonly engine: Engine; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const numberOf = (id: string): number => PRODUCTS.indexOf(id);
  const engine: Engine = {
    products: {
      count: PRODUCTS.length,
      id: (number) => PRODUCTS[number] ?? '',
      name: () => undefined,
      numberOf,
    },
    asOfMs: 0,
    recommend(stored, newer, { list, n }) {
      asked.push({ list, n, newer: newer.map(({ product }) => product) });
      const last = newer.at(-1);
      const newest = last ? numberOf(last.product) : stored?.product.at(-1);
      return {
        source: newest === undefined ? 'coldStart' : 'model',
        momentMs: 0,
        newerSales: newer.length,
        newestSaleMs: undefined,
        unknownProducts: [],
        products: newest === undefined ? [] : [{ number: newest + 1, score: 1, because: [] }],
      };
    },
    popular: () => [],
    trending: () => [],
    similar: () => [],
    together: () => [],
  };
  return { engine, asked };
}

import type { Engine, NewerSale, Query } from '../../../lambdas/serve/engine.ts';
import type { StoredHistory } from '../../../lambdas/shared/contract/answer-model.ts';

/** A run of a shop of lamps: its products in the order of their popularity. */
export interface FakeRun {
  readonly run: number;
  readonly products: readonly string[];
  readonly asOfMs: number;
}

/**
 * An engine whose answers are known by thought: everybody gets the products in the order of their popularity; the list `new`
 * leaves out what is in the history. Scores are the number of the run and the place, so that they show which run they are of.
 */
export function fakeEngine({ run, products, asOfMs }: FakeRun): Engine {
  const numbers = new Map(products.map((id, number) => [id, number]));
  const choose = (
    { n, eligible }: Pick<Query, 'n' | 'eligible'>,
    isOut: (number: number) => boolean = () => false,
  ) =>
    products
      .map((_, number) => ({ number, score: run + (products.length - number) / 1000 }))
      .filter(({ number }) => eligible?.[number] !== 0 && !isOut(number))
      .slice(0, n);
  return {
    asOfMs,
    products: {
      count: products.length,
      id: (number) => products[number] ?? '',
      name: (number) => `${products[number]} lamp`,
      numberOf: (id) => numbers.get(id),
    },
    recommend(stored: StoredHistory | undefined, newer: readonly NewerSale[], { list, n, eligible }) {
      const known = newer.filter(({ product }) => numbers.has(product));
      const bought = new Set([
        ...(stored?.product ?? []),
        ...known.map(({ product }) => numbers.get(product) as number),
      ]);
      const times = [...(stored?.atMs ?? []), ...known.map(({ atMs }) => atMs)];
      const newestSaleMs = times.length === 0 ? undefined : Math.max(...times);
      return {
        source: bought.size === 0 ? 'coldStart' : 'model',
        momentMs: Math.max(asOfMs, (newestSaleMs ?? 0) + 1),
        newerSales: known.length,
        newestSaleMs,
        unknownProducts: newer.flatMap(({ product }) => (numbers.has(product) ? [] : [product])),
        products: choose({ n, eligible }, (number) => list === 'new' && bought.has(number)).map((scored) => ({
          ...scored,
          because: [...bought].slice(0, 3).map((number) => ({ number, share: 1 / bought.size })),
        })),
      };
    },
    popular: choose,
    trending: choose,
    similar: (product, query) => choose(query, (number) => number === product),
    together: (product, query) => choose(query, (number) => number === product),
  };
}

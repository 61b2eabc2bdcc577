import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Catalogue,
  createEntries,
  emptyCatalogue,
  withProducts,
} from '../../../../lambdas/serve/catalogue/catalogue.ts';
import { eligibleProducts, type Products } from '../../../../lambdas/serve/catalogue/eligible.ts';
import type { CatalogueProduct, Filters } from '../../../../lambdas/shared/contract/catalogue.ts';

const toEntry = createEntries();
const add = (catalogue: Catalogue, ...products: CatalogueProduct[]): Catalogue =>
  withProducts(
    catalogue,
    new Map(products.map((product) => [product.productId, toEntry(product)])),
    catalogue.through + 1,
  );

const productsOf = (...ids: string[]): Products => {
  const numbers = new Map(ids.map((id, number) => [id, number]));
  return { count: ids.length, numberOf: (id) => numbers.get(id) };
};

const IDS = ['desk', 'floor', 'vase', 'mug', 'new'];
const shop = productsOf(...IDS);
/** The catalogue does not name the product `new`, and names `gone`, which the run does not know. */
const catalogue = add(
  emptyCatalogue,
  { productId: 'desk', category: 'Home > Lighting > Desk', price: 10 },
  { productId: 'floor', category: 'Home > Lighting', price: 30, available: true },
  { productId: 'vase', category: 'Home > Lightings' },
  { productId: 'mug', price: 0 },
  { productId: 'gone', available: false },
);

/** Returns the eligible products. */
const shown = (filters: Filters, of = catalogue, momentMs = 0, products = shop): string[] => {
  const mask = eligibleProducts(of, products, filters, momentMs);
  return IDS.filter((_, number) => mask === undefined || mask[number] === 1);
};

test('without filters and hidden products every product is eligible, and there is no mask', () => {
  expect(eligibleProducts(catalogue, shop, {}, 0)).toBeUndefined();
  expect(eligibleProducts(emptyCatalogue, shop, {}, 0)).toBeUndefined();
  expect(
    eligibleProducts(catalogue, shop, { available: false, exclude: ['nobody knows it'] }, 0),
  ).toBeUndefined();
});

describe('filters', () => {
  test.each<[Filters, string[]]>([
    [{ category: 'Home > Lighting' }, ['desk', 'floor']],
    [{ category: ' home>Lighting' }, []],
    [{ category: 'Home>Lighting ' }, ['desk', 'floor']],
    [{ category: 'Home' }, ['desk', 'floor', 'vase']],
    [{ available: true }, ['desk', 'floor', 'vase', 'mug']],
    [{ minPrice: 10 }, ['desk', 'floor']],
    [{ maxPrice: 10 }, ['desk', 'mug']],
    [{ minPrice: 0, maxPrice: 0 }, ['mug']],
    [{ minPrice: 11, maxPrice: 10 }, []],
    [{ exclude: ['desk', 'gone', 'mug'] }, ['floor', 'vase', 'new']],
    [{ category: 'Home', maxPrice: 20, available: true, exclude: ['floor'] }, ['desk']],
  ])('%j leaves %j', (filters, expected) => {
    expect(shown(filters)).toEqual(expected);
  });

  test('with a catalogue without products, whatever asks for an attribute leaves nothing', () => {
    for (const filters of [{ category: 'Home' }, { available: true }, { minPrice: 0 }, { maxPrice: 9 }])
      expect(shown(filters, emptyCatalogue)).toEqual([]);
  });

  test('a filter that every product passes is a mask too, so that its lists are filled', () => {
    const two = productsOf('desk', 'floor');
    expect(eligibleProducts(catalogue, two, { category: 'Home' }, 0)).toEqual(Uint8Array.of(1, 1));
    expect(eligibleProducts(catalogue, two, {}, 0)).toBeUndefined();
  });

  test('a mask is the same object while nothing changes, and leaving products out does not change it', () => {
    const mask = eligibleProducts(catalogue, shop, { minPrice: 10 }, 0);
    eligibleProducts(catalogue, shop, { minPrice: 10, exclude: ['desk'] }, 0);
    expect(eligibleProducts(catalogue, shop, { minPrice: 10 }, 0)).toBe(mask);
    expect(shown({ minPrice: 10 })).toEqual(['desk', 'floor']);
  });
});

describe('hidden products', () => {
  test('a product that is not available is hidden without a filter, and with the filter available=false', () => {
    const hidden = add(catalogue, { productId: 'mug', available: false });
    expect(shown({}, hidden)).toEqual(['desk', 'floor', 'vase', 'new']);
    expect(shown({ available: false }, hidden)).toEqual(['desk', 'floor', 'vase', 'new']);
    expect(shown({}, add(hidden, { productId: 'mug' }))).toEqual(IDS);
  });

  test('a product is shown from `from` on, and until just before `until`; the version changes at these moments only', () => {
    const timed = add(catalogue, { productId: 'mug', fromMs: 100, untilMs: 200 });
    const versions = [99, 100, 199, 200].map((momentMs) => {
      expect(shown({}, timed, momentMs).includes('mug'), `${momentMs}`).toBe(
        momentMs === 100 || momentMs === 199,
      );
      return timed.versionAt(momentMs);
    });
    expect(new Set(versions).size).toBe(3);
    expect(versions[1]).toBe(versions[2]);
    expect(timed.versionAt(0)).not.toBe(catalogue.versionAt(0));
  });

  test('two runs with other numbers for the same products have their own masks', () => {
    const other = productsOf('mug', 'desk');
    const hidden = add(catalogue, { productId: 'mug', available: false });
    expect(eligibleProducts(hidden, other, {}, 0)).toEqual(Uint8Array.of(0, 1));
    expect(shown({}, hidden)).toEqual(['desk', 'floor', 'vase', 'new']);
  });
});

const anyProduct: fc.Arbitrary<CatalogueProduct> = fc.record(
  {
    productId: fc.constantFrom(...IDS, 'gone'),
    category: fc.constantFrom('a', 'a > b', 'ab'),
    price: fc.integer({ min: 0, max: 3 }),
    available: fc.boolean(),
    fromMs: fc.integer({ min: 0, max: 5 }),
    untilMs: fc.integer({ min: 0, max: 5 }),
  },
  { requiredKeys: ['productId'] },
);
const anyFilters: fc.Arbitrary<Filters> = fc.record(
  {
    category: fc.constantFrom('a', 'b', 'a > b'),
    available: fc.boolean(),
    minPrice: fc.integer({ min: 0, max: 3 }),
    maxPrice: fc.integer({ min: 0, max: 3 }),
    exclude: fc.array(fc.constantFrom(...IDS)),
  },
  { requiredKeys: [] },
);

test('whatever the batches, filters and moments, a hidden product is never eligible, and all others are as the filters say', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(anyProduct, { maxLength: 3 }), { maxLength: 4 }),
      fc.array(fc.tuple(anyFilters, fc.integer({ min: -1, max: 6 })), { minLength: 1, maxLength: 5 }),
      (batches, requests) => {
        let state = emptyCatalogue;
        const newest = new Map<string, CatalogueProduct>();
        const products = productsOf(...IDS);
        for (const batch of [[], ...batches]) {
          state = add(state, ...batch);
          for (const product of batch) newest.set(product.productId, product);
          for (const [filters, momentMs] of requests)
            expect(shown(filters, state, momentMs, products)).toEqual(
              IDS.filter((id) => isEligible(id, newest.get(id), filters, momentMs)),
            );
        }
      },
    ),
    { seed: 15, numRuns: 300 },
  );
});

/** The rule in words, one line each. */
function isEligible(
  id: string,
  product: CatalogueProduct | undefined,
  { category, available, minPrice, maxPrice, exclude = [] }: Filters,
  momentMs: number,
): boolean {
  if (exclude.includes(id)) return false;
  if (!product)
    return category === undefined && !available && minPrice === undefined && maxPrice === undefined;
  if (product.available === false) return false;
  if (product.fromMs !== undefined && momentMs < product.fromMs) return false;
  if (product.untilMs !== undefined && momentMs >= product.untilMs) return false;
  if (
    category !== undefined &&
    product.category !== category &&
    !product.category?.startsWith(`${category} > `)
  )
    return false;
  if (minPrice !== undefined && !(product.price !== undefined && product.price >= minPrice)) return false;
  return maxPrice === undefined || (product.price !== undefined && product.price <= maxPrice);
}

test('many changes become a new base, and the newest attributes count before and after', () => {
  const ids = Array.from({ length: 3_000 }, (_, index) => `p${index}`);
  const many = productsOf(...ids);
  let state = add(emptyCatalogue, ...ids.map((productId) => ({ productId, price: 1 })));
  for (let batch = 0; batch < 3; batch++) {
    state = add(
      state,
      ...ids.slice(batch * 900, (batch + 1) * 900).map((productId) => ({ productId, price: 2 })),
    );
    const mask = eligibleProducts(state, many, { minPrice: 2 }, 0);
    expect(mask?.reduce((total, bit) => total + bit, 0)).toBe((batch + 1) * 900);
    expect(state.get(`p${batch * 900}`)?.price).toBe(2);
  }
  expect(state.get('p0')?.price).toBe(2);
  expect(state.get('p2999')?.price).toBe(1);
});

import { describe, expect, test } from 'vitest';
import { catalogueKey } from '../../../lambdas/shared/contract/keys.ts';
import type { EventOptions } from '../shared/http/events.ts';
import { openModelShop, savedEngine } from './model-shop.ts';

/** Every operation that lists products, for users and products of the saved model. */
const engine = savedEngine();
const subject = engine.popular({ n: 1, eligible: undefined })[0]?.number ?? 0;
const LISTS: Readonly<Record<string, (filters: Readonly<Record<string, unknown>>) => EventOptions>> = {
  recommendations: (filters) => ({ url: `/v1/users/u1/recommendations?${queryOf(filters)}` }),
  discoveries: (filters) => ({ url: `/v1/users/u1/recommendations?list=new&${queryOf(filters)}` }),
  'the cold start': (filters) => ({ url: `/v1/users/nobody/recommendations?${queryOf(filters)}` }),
  'a posted history': (filters) => ({
    method: 'POST',
    url: '/v1/recommendations',
    body: JSON.stringify({ ...filters, history: [{ product: engine.products.id(subject) }] }),
  }),
  similar: (filters) => ({ url: `/v1/products/${engine.products.id(subject)}/similar?${queryOf(filters)}` }),
  together: (filters) => ({
    url: `/v1/products/${engine.products.id(subject)}/together?${queryOf(filters)}`,
  }),
  popular: (filters) => ({ url: `/v1/popular?${queryOf(filters)}` }),
  trending: (filters) => ({ url: `/v1/trending?${queryOf(filters)}` }),
};
const queryOf = (filters: Readonly<Record<string, unknown>>): string =>
  Object.entries(filters)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

const idsOf = (json: { products: { product: string }[] }): string[] =>
  json.products.map(({ product }) => product);

/** Filters that every product of the catalogue below passes. */
const FILTERS = [{ category: 'Lamps' }, { minPrice: 1 }, { maxPrice: 9 }, { available: true }];

describe.each(Object.entries(LISTS))('%s', (_, request) => {
  /** A shop whose catalogue has every product, and hides those of the list as it was without it. */
  async function openHiding() {
    const shop = openModelShop();
    const { ask, lake, clock } = shop;
    const shown = idsOf((await ask(request({ n: 10 }))).json);
    const hidden = new Set(shown.filter((_, place) => place % 2 === 0));
    expect(hidden.size).toBeGreaterThan(0);
    const products = Array.from({ length: engine.products.count }, (_, number) => {
      const productId = engine.products.id(number);
      const isHidden = hidden.has(productId);
      const how = number % 2 === 0 ? { available: false } : { untilMs: clock.nowMs };
      return JSON.stringify({ productId, category: 'Lamps', price: 5, ...(isHidden && how) });
    });
    const bytes = Buffer.from(`${products.join('\n')}\n`);
    lake.objects.set(catalogueKey('batches', 1), { bytes, storedAtMs: lake.nowMs });
    clock.nowMs += 60_000;
    return { ...shop, hidden };
  }

  test('never has a product that the catalogue hides, with and without filters', async () => {
    const { ask, hidden } = await openHiding();
    for (const filters of [{}, { available: false }, { exclude: ['nothing'] }, ...FILTERS]) {
      const { statusCode, json } = await ask(request({ n: 100, ...filters }));
      expect(statusCode).toBe(200);
      expect(idsOf(json).filter((id) => hidden.has(id))).toEqual([]);
    }
  });

  test('neither while the catalogue cannot be read: requests with filters then fail', async () => {
    const { ask, hidden, lake, clock } = await openHiding();
    await ask(request({}));
    lake.fault = (_, key) => {
      if (key.startsWith('catalogue/')) throw new Error('S3 does not answer');
    };
    clock.nowMs += 86_400_000;
    await ask(request({}));
    await new Promise((resolve) => setImmediate(resolve));
    for (const filters of [{}, { exclude: ['nothing'] }]) {
      const { statusCode, json } = await ask(request({ n: 100, ...filters }));
      expect(statusCode).toBe(200);
      expect(idsOf(json).filter((id) => hidden.has(id))).toEqual([]);
    }
    for (const filters of FILTERS) {
      const { statusCode, json } = await ask(request({ n: 100, ...filters }));
      expect([statusCode, json.type]).toEqual([503, 'urn:cartograph:problem:catalogue-unavailable']);
    }
  });
});

test('without any copy of the catalogue every list fails, because nobody knows what is hidden', async () => {
  const { ask, lake } = openModelShop();
  lake.fault = (_, key) => {
    if (key.startsWith('catalogue/')) throw new Error('S3 does not answer');
  };
  for (const request of Object.values(LISTS))
    expect((await ask(request({}))).json.type).toBe('urn:cartograph:problem:catalogue-unavailable');
});

import { expect, test } from 'vitest';
import { askBoth, askShelf, historyHas } from '../../../../lambdas/client/shop/ask.ts';
import type { Client, History } from '../../../../lambdas/client/shop/client.ts';

interface Asked {
  readonly n: number;
  readonly exclude?: readonly string[];
}

/** A client of a shop with so many products, each with an id of this length; it answers as `popular` does. */
function shopOf(count: number, idLength = 4) {
  const asked: Asked[] = [];
  const all = Array.from({ length: count }, (_, index) => String(index).padStart(idLength, '0'));
  const client = {
    popular: async (query: Asked) => {
      asked.push(query);
      const products = all.filter((product) => !query.exclude?.includes(product)).slice(0, query.n);
      return { products: products.map((product) => ({ product })) };
    },
  } as unknown as Client;
  return { client, asked };
}

async function shelfOf(client: Client) {
  const pages: (readonly [number, string])[] = [];
  await askShelf(client, { category: 'lamps' }, (products, progress) => {
    pages.push([new Set(products.map(({ product }) => product)).size, progress]);
    return true;
  });
  return pages;
}

test('a small shop is read page by page, each without the products of those before it', async () => {
  const { client, asked } = shopOf(250);
  expect(await shelfOf(client)).toEqual([
    [100, 'more follow'],
    [200, 'more follow'],
    [250, 'all'],
  ]);
  expect(asked.map(({ exclude = [] }) => exclude.length)).toEqual([0, 100, 200]);
  expect(asked[2]).toMatchObject({ category: 'lamps', n: 100 });
});

test('of a large shop the most popular products are read, as far as an address can name those to leave out', async () => {
  const { client, asked } = shopOf(100_000);
  expect((await shelfOf(client)).at(-1)?.[1]).toBe('most popular');
  const address =
    asked
      .at(-1)
      ?.exclude?.map((id) => `&exclude=${id}`)
      .join('') ?? '';
  expect(address.length).toBeGreaterThan(4_000);
  expect(address.length).toBeLessThanOrEqual(6_000);
  const long = shopOf(100_000, 100);
  expect(await shelfOf(long.client)).toEqual([[100, 'most popular']]);
});

test('an empty shop, and one of exactly a page, end', async () => {
  expect(await shelfOf(shopOf(0).client)).toEqual([[0, 'all']]);
  expect(await shelfOf(shopOf(100).client)).toEqual([
    [100, 'more follow'],
    [100, 'all'],
  ]);
});

test('a reading that is no longer wanted ends', async () => {
  const { client, asked } = shopOf(250);
  await askShelf(client, {}, () => false);
  expect(asked).toHaveLength(1);
});

test('an anonymous visitor asks with the basket, whose lines are one order', async () => {
  const bodies: unknown[] = [];
  const client = {
    recommendationsFor: async ({ body }: { body: unknown }) => {
      bodies.push(body);
      return {};
    },
  } as unknown as Client;
  const basket = [{ product: 'lamp', name: undefined }];
  await askBoth(client, { kind: 'anonymous', basket }, { maxPrice: 9 });
  expect(bodies).toEqual(
    ['any', 'new'].map((list) => ({
      list,
      n: 10,
      because: true,
      maxPrice: 9,
      history: [{ product: 'lamp', orderId: 'basket' }],
    })),
  );
});

test('a history has a sale by its id; where ids are keyed, as the newest line', () => {
  const historyOf = (recent: readonly { product: string; id?: string }[], stored: readonly string[] = []) =>
    ({
      recent: { newest: recent },
      stored: { newest: stored.map((product) => ({ product })) },
    }) as unknown as History;
  const sale = { id: 's1', product: 'lamp' };
  const mug = { product: 'mug', id: 's0' };
  expect(historyHas(historyOf([mug, { product: 'lamp', id: 's1' }]), sale)).toBe(true);
  expect(historyHas(historyOf([{ product: 'lamp', id: 's0' }]), sale)).toBe(false);
  expect(historyHas(historyOf([{ product: 'lamp' }, { product: 'mug' }]), sale)).toBe(true);
  expect(historyHas(historyOf([{ product: 'mug' }, { product: 'lamp' }]), sale)).toBe(false);
  expect(historyHas(historyOf([], ['lamp', 'mug']), sale)).toBe(true);
  expect(historyHas(historyOf([], ['mug', 'lamp']), sale)).toBe(false);
});

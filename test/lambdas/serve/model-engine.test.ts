import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { MODEL_DIRECTORY, openModelShop, savedEngine } from './model-shop.ts';

const Lists = z.object({
  users: z.array(
    z.object({
      user: z.string(),
      any: z.array(z.tuple([z.int(), z.number()])),
      new: z.array(z.tuple([z.int(), z.number()])),
    }),
  ),
});
const { users } = Lists.parse(
  JSON.parse(gunzipSync(readFileSync(`${MODEL_DIRECTORY}/expected.json.gz`)).toString()),
);

test('a user without newer sales gets the lists that the run published', async () => {
  const { ask } = openModelShop();
  const engine = savedEngine();
  for (const published of users)
    for (const list of ['any', 'new'] as const) {
      const { json } = await ask(
        `/v1/users/${published.user}/recommendations?list=${list}&n=20&because=true`,
      );
      expect(json).toMatchObject({ source: 'model', missing: [], newerSales: 0 });
      expect(json.products.map(({ product }: { product: string }) => product)).toEqual(
        published[list].map(([number]) => engine.products.id(number)),
      );
    }
});

test('a purchase takes the product off the list of what is new', async () => {
  const { ask, remember } = openModelShop();
  const user = users[0]?.user ?? '';
  const url = `/v1/users/${user}/recommendations?list=new`;
  const [first] = (await ask(url)).json.products;
  remember(user, first.product);
  const { json } = await ask(url);
  expect(json.newerSales).toBe(1);
  expect(json.products.map(({ product }: { product: string }) => product)).not.toContain(first.product);
});

test('every operation answers from the saved model as the document says', async () => {
  const { ask } = openModelShop();
  const [first] = (await ask('/v1/popular?n=100')).json.products;
  for (const url of [
    '/v1/trending',
    `/v1/products/${first.product}/similar?n=100`,
    `/v1/products/${first.product}/together`,
    `/v1/users/${users[0]?.user}/history`,
    '/v1/users/nobody/recommendations?because=true',
  ])
    expect((await ask(url)).statusCode).toBe(200);
  const posted = await ask({
    method: 'POST',
    url: '/v1/recommendations',
    body: JSON.stringify({ history: [{ product: first.product }], because: true, exclude: [first.product] }),
  });
  expect(posted.json.source).toBe('model');
});

const engine = savedEngine();
const product = fc.nat({ max: engine.products.count - 1 }).map((number) => engine.products.id(number));
const extreme = fc.constantFrom(1e308, -1e308, 1e39, -1e39, 5e-324, 1e-46, -1e-46, 1, -1, 1e20);
const line = fc.record(
  {
    product,
    quantity: extreme,
    atMs: fc.constantFrom(0, 8.64e15, engine.asOfMs - 1, engine.asOfMs, engine.asOfMs + 1),
    price: fc.oneof(extreme, fc.constant(0)),
    type: fc.constantFrom('purchase', 'view', 'unheard-of', '__proto__'),
    orderId: fc.constantFrom('a', 'b', '__proto__'),
  },
  { requiredKeys: ['product'] },
);

test('a history with any numbers that the document allows is answered, and every score is a number', async () => {
  const { ask } = openModelShop();
  const body = fc.record({
    history: fc.array(line, { maxLength: 12 }),
    list: fc.constantFrom('any', 'new'),
    n: fc.constantFrom(1, 10, 100),
    because: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(body, async (history) => {
      const { statusCode } = await ask({
        method: 'POST',
        url: '/v1/recommendations',
        body: JSON.stringify(history),
      });
      expect(statusCode).toBe(200);
    }),
    { seed: 15, numRuns: 300 },
  );
});

import { expect, test } from 'vitest';
import { createAnswerer } from '../../../../lambdas/serve/answer/answerer.ts';
import { type NewerSale, purchasesOf } from '../../../../lambdas/serve/answer/history.ts';
import { AS_OF_MS, HORIZON_MS, modelOf } from './model-writer.ts';

const [BULB, CABLE, LAMP, SHADE] = [0, 1, 2, 3];
const MODEL = modelOf({
  ids: ['bulb', 'cable', 'lamp', 'shade'],
  factors: [[1], [1], [1], [1]],
  users: [
    [BULB, LAMP, 0.5],
    [CABLE, LAMP, 0.25],
  ],
  baskets: [[CABLE, LAMP, 0.25]],
  after: [[SHADE, LAMP, 0.125]],
});

const sale = (product: string, fields: Partial<NewerSale> = {}): NewerSale => ({
  product,
  quantity: 1,
  atMs: AS_OF_MS - 1,
  type: 'purchase',
  ...fields,
});

function reasonsFor(product: number, sales: readonly NewerSale[]) {
  const { products } = createAnswerer(MODEL).answer(purchasesOf(MODEL, undefined, sales).purchases, {
    list: 'any',
    n: 10,
    because: true,
  });
  const found = products.find(({ number }) => number === product)?.because ?? [];
  return found.map(({ number, share }) => [number, Math.round(1000 * share)]);
}

test('the kinds of links add up, the strongest first, ties by product', () => {
  expect(reasonsFor(LAMP, [sale('shade'), sale('cable'), sale('bulb')])).toEqual([
    [BULB, 444],
    [CABLE, 444],
    [SHADE, 111],
  ]);
});

test('what the user bought is its own first reason', () => {
  expect(reasonsFor(LAMP, [sale('lamp'), sale('bulb')])).toEqual([
    [LAMP, 667],
    [BULB, 333],
  ]);
  expect(reasonsFor(BULB, [sale('lamp'), sale('bulb')])).toEqual([[BULB, 1000]]);
});

test('an older purchase counts less, and a view is no reason', () => {
  const old = { atMs: AS_OF_MS - 6 * HORIZON_MS - 1 };
  expect(reasonsFor(LAMP, [sale('bulb', old), sale('cable')])).toEqual([
    [CABLE, 667],
    [BULB, 333],
  ]);
  expect(reasonsFor(LAMP, [sale('bulb', { type: 'view' }), sale('cable')])).toEqual([[CABLE, 1000]]);
});

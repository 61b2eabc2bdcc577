import { expect, test } from 'vitest';
import { createAnswerer } from '../../../../lambdas/serve/answer/answerer.ts';
import { type NewerSale, purchasesOf } from '../../../../lambdas/serve/answer/history.ts';
import type { StoredHistory } from '../../../../lambdas/shared/contract/answer-model.ts';
import { AS_OF_MS, modelOf } from './model-writer.ts';

/**
 * A shop of four lamps. Two are for desks and two for floors; who likes the one kind does not like the other. Everyone buys the
 * desk lamp most.
 */
const [DESK, DESK_SMALL, FLOOR, FLOOR_TALL] = [0, 1, 2, 3];
const SHOP = modelOf({
  ids: ['desk', 'desk-small', 'floor', 'floor-tall'],
  names: ['Desk lamp', 'Small desk lamp', 'Floor lamp', ''],
  factors: [
    [1, 0],
    [0.9, 0],
    [0, 1],
    [0, 0.9],
  ],
  features: [
    { productOne: 3, productEver: 3 },
    { productOne: 1, productEver: 2 },
    { productOne: 1, productEver: 1 },
    { productOne: 0, productEver: 1 },
  ],
  buyers: [3, 2, 1, 1],
  popular: [[DESK, DESK_SMALL, FLOOR], [], [], [DESK, DESK_SMALL, FLOOR, FLOOR_TALL], []],
  users: [
    [DESK, DESK_SMALL, 0.5],
    [FLOOR, FLOOR_TALL, 0.25],
    [FLOOR, DESK, 0.125],
  ],
});

const answerer = createAnswerer(SHOP);
const DAY_MS = 86_400_000;

/** One lamp of a kind, some days before the run. */
const sale = (product: string, fields: Partial<NewerSale> = {}): NewerSale => ({
  product,
  quantity: 1,
  atMs: AS_OF_MS - DAY_MS,
  type: 'purchase',
  ...fields,
});

const listOf = (
  sales: readonly NewerSale[],
  query: Partial<Parameters<typeof answerer.answer>[1]> = {},
  stored?: StoredHistory,
) => {
  const { purchases } = purchasesOf(SHOP, stored, sales);
  const answer = answerer.answer(purchases, { list: 'any', n: 10, ...query });
  return { ...answer, ids: answer.products.map(({ number }) => SHOP.products.id(number)) };
};

test('who bought a floor lamp sees floor lamps first', () => {
  expect(listOf([sale('floor')]).ids.slice(0, 2)).toEqual(['floor', 'floor-tall']);
  expect(listOf([sale('desk')]).ids.slice(0, 2)).toEqual(['desk', 'desk-small']);
});

test('a purchase removes the product from the list new, and a return brings it back', () => {
  expect(listOf([sale('floor')], { list: 'new' }).ids).not.toContain('floor');
  const returned = listOf([sale('floor'), sale('floor', { quantity: -1, atMs: AS_OF_MS }), sale('desk')], {
    list: 'new',
  });
  expect(returned.ids).toContain('floor');
});

test('nothing known is a cold start: what sells most now, then ever', () => {
  expect(listOf([])).toMatchObject({
    source: 'coldStart',
    momentMs: AS_OF_MS,
    ids: ['desk', 'desk-small', 'floor', 'floor-tall'],
  });
});

test('the moment is one after the newest sale, if the run is older', () => {
  expect(listOf([sale('floor', { atMs: AS_OF_MS + 5 })]).momentMs).toBe(AS_OF_MS + 6);
  expect(listOf([sale('floor', { atMs: AS_OF_MS - 5 })]).momentMs).toBe(AS_OF_MS);
});

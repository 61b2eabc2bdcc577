import { expect, test } from 'vitest';
import { createPersonIds, PLAIN_IDS } from '../../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../../lambdas/shared/privacy/person-key.ts';
import type { Sale } from '../../../../lambdas/shared/sales/sale.ts';
import { storedSale } from '../../../../lambdas/shared/sales/stored-sale.ts';

const key = createPersonKey('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01');
const keyed = createPersonIds('keyed', key);
const SALE: Sale = {
  user: 'ann',
  product: 'lamp',
  quantity: 2,
  atMs: 5,
  type: 'purchase',
  orderId: 'o1',
  price: 3,
  productName: 'Blue lamp',
  id: 's1',
};

test('plain sales stay as they are', () => {
  expect(storedSale(SALE, PLAIN_IDS)).toBe(SALE);
  expect(createPersonIds('plain', undefined)).toBe(PLAIN_IDS);
});

test('keyed sales have pseudonyms for user, order and sale, and nothing else changes', () => {
  expect(storedSale(SALE, keyed)).toEqual({
    ...SALE,
    user: key.pseudonym('ann'),
    orderId: key.pseudonym('o1'),
    id: key.pseudonym('s1'),
  });
});

test('a sale without an order and an id gets none', () => {
  const { id: _, ...sale } = { ...SALE, orderId: undefined };
  expect(storedSale(sale, keyed)).toEqual({ ...sale, user: key.pseudonym('ann') });
  expect(storedSale(sale, keyed)).not.toHaveProperty('id');
});

test('the same id has the same pseudonym in every sale', () => {
  expect(storedSale({ ...SALE, orderId: 'ann' }, keyed).orderId).toBe(storedSale(SALE, keyed).user);
});

test('more ids than are kept still get their own pseudonyms', () => {
  const ids = Array.from({ length: 20_001 }, (_, index) => `user-${index}`);
  for (const round of ['computed', 'kept'])
    expect(
      ids.filter((id) => keyed.stored(id) !== key.pseudonym(id)),
      round,
    ).toEqual([]);
});

test('keyed ids need a key', () => {
  expect(() => createPersonIds('keyed', undefined)).toThrow('Cannot store keyed ids: there is no secret');
});

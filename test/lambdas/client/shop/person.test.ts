import { expect, test } from 'vitest';
import { newSaleId, newUserId } from '../../../../lambdas/client/shop/person.ts';

test('ids of new users and sales are made of random bytes', () => {
  expect(newUserId(new Uint8Array(8))).toBe('new-aaaaaaaa');
  expect(newUserId(Uint8Array.from([0, 1, 2, 30, 31, 32, 254, 255, 9]))).toMatch(/^new-abc9ab\w\w$/);
  expect(newSaleId(Uint8Array.from({ length: 16 }, (_, index) => 16 * index))).toBe(
    'shop-00102030405060708090a0b0c0d0e0f0',
  );
});

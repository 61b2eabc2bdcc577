import { expect, test } from 'vitest';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import { BROKEN, type BrokenKind, json } from '../../../local/shop/broken.ts';

const SALE = {
  userId: 'ann',
  productId: 'lamp',
  quantity: 2,
  timestamp: '2026-06-01T12:00:00.000Z',
  orderId: 'o1',
  price: 9.5,
  productName: 'Blue lamp',
};
const parseSale = createSaleParser({});
const verdictOf = (value: Buffer | null) => parseSale(value ?? undefined, Date.UTC(2026, 5, 1, 12));

/** The reason for which each kind is rejected. This does not compile while a kind is missing. */
const REASONS: Readonly<Record<BrokenKind, RegExp>> = {
  notJson: /^not JSON: /,
  array: /^not an object: is an array, /,
  number: /^not an object: is 42, /,
  tombstone: /^no value: /,
  empty: /^not JSON: is "", /,
  notUtf8: /^not UTF-8: /,
  noUser: /^userId: is missing, /,
  noProduct: /^productId: is missing, /,
  emptyUser: /^userId: is "", /,
  longProduct: /^productId: is "ppp.* 1 to 256 characters/,
  deep: /^not an object: is an array, /,
  userIsDeep: /^userId: is an array, /,
  userIsObject: /^userId: is an object, /,
  quantityZero: /^quantity: is 0, /,
  quantityText: /^quantity: is "two", /,
  quantityInfinite: /^quantity: is Infinity, /,
  timestampText: /^timestamp: is "yesterday", /,
  timestampNoZone: /^timestamp: is "2026-06-01T12:00:00", .* with a zone/,
  timestampNoDay: /^timestamp: is "2026-02-30T12:00:00Z", /,
  timestampSeconds: /^timestamp: is 1780000, .* 1990 or later/,
  timestampAhead: /^timestamp: is "2999-.* at most a day ahead/,
  typeNumber: /^type: is 7, /,
  typeLong: /^type: is "ttt.* at most 64 characters/,
};

test('the sale that every kind is made from is valid', () => {
  expect(verdictOf(json(SALE))).toMatchObject({ user: 'ann', product: 'lamp', quantity: 2 });
});

test.each(Object.entries(REASONS))('%s is rejected only for the reason of its kind', (kind, reason) => {
  expect(verdictOf(BROKEN[kind as BrokenKind](SALE))).toEqual({ rejected: expect.stringMatching(reason) });
});

test('no two kinds make the same bytes', () => {
  const made = Object.values(BROKEN).map((breakIt) => breakIt(SALE)?.toString('hex') ?? 'null');
  expect(new Set(made).size).toBe(made.length);
});

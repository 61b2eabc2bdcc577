import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NewerSale, purchasesOf } from '../../../../lambdas/serve/answer/history.ts';
import { before, type Purchases } from '../../../../lambdas/serve/answer/purchases.ts';
import { StoredHistory } from '../../../../lambdas/shared/contract/answer-model.ts';
import { AS_OF_MS, modelOf } from './model-writer.ts';

const DAY_MS = 86_400_000;
const MODEL = modelOf({
  ids: ['bulb', 'cable', 'lamp', 'shade'],
  factors: [[1], [1], [1], [1]],
  document: {
    typeWeights: { purchase: 1, View: 0.1 },
    configuredWeights: { purchase: 1, view: 0.2, gift: 0 },
  },
});
const [BULB, , LAMP, SHADE] = [0, 1, 2, 3];

const sale = (product: string, fields: Partial<NewerSale> = {}): NewerSale => ({
  product,
  quantity: 1,
  atMs: AS_OF_MS,
  type: 'purchase',
  ...fields,
});

const linesOf = ({ products, quantities, baskets }: Purchases) =>
  Array.from(products, (product, line) => ({
    product,
    quantity: quantities[line],
    basket: baskets[line],
  }));

const gathered = (recent: readonly NewerSale[], stored?: StoredHistory) => purchasesOf(MODEL, stored, recent);

test('lines of a day without an order are a basket, oldest basket first, and merge by product', () => {
  const { purchases } = gathered([
    sale('lamp', { atMs: AS_OF_MS + DAY_MS }),
    sale('lamp', { quantity: 2 }),
    sale('bulb', { atMs: AS_OF_MS + 1 }),
    sale('lamp', { atMs: AS_OF_MS + 2, quantity: 3 }),
  ]);
  expect(linesOf(purchases)).toEqual([
    { product: BULB, quantity: 1, basket: 0 },
    { product: LAMP, quantity: 5, basket: 0 },
    { product: LAMP, quantity: 1, basket: 1 },
  ]);
  expect([...purchases.atMs]).toEqual([AS_OF_MS + 1, AS_OF_MS, AS_OF_MS + DAY_MS]);
});

test('an order is a basket of its day; a return and a view stay lines of their own', () => {
  const { purchases } = gathered([
    sale('lamp', { orderId: 'a' }),
    sale('lamp', { orderId: 'b' }),
    sale('lamp', { orderId: 'a', quantity: -1 }),
    sale('lamp', { orderId: 'a', type: 'view' }),
    sale('lamp', { orderId: 'a', atMs: AS_OF_MS + DAY_MS }),
  ]);
  expect(linesOf(purchases)).toEqual([
    { product: LAMP, quantity: 1, basket: 0 },
    { product: LAMP, quantity: -1, basket: 0 },
    { product: LAMP, quantity: 1, basket: 0 },
    { product: LAMP, quantity: 1, basket: 1 },
    { product: LAMP, quantity: 1, basket: 2 },
  ]);
  expect(purchases.weights[0]).toBeCloseTo(0.2);
});

test('a price is the mean of those that are known, and units are capped', () => {
  const { purchases } = gathered([
    sale('lamp', { price: 2, quantity: 900_000 }),
    sale('lamp', { quantity: 900_000 }),
    sale('lamp', { price: 4 }),
    sale('shade'),
  ]);
  expect([...purchases.prices]).toEqual([3, Number.NaN]);
  expect(purchases.quantities[0]).toBe(1e6);
});

test('prices are finite, whatever the sales say', () => {
  const { purchases } = gathered([
    sale('lamp', { price: 1e308 }),
    sale('lamp', { price: 1.1e308 }),
    sale('shade', { price: -1e39 }),
    sale('lamp', { price: 1e39, atMs: AS_OF_MS - 9 * 86_400_000 }),
  ]);
  const most = 3.4028234663852886e38;
  expect(new Set(purchases.prices)).toEqual(new Set([most, -most]));
});

test('unknown products are named once and types without a weight are ignored', () => {
  const { unknownProducts, recentUsed, newestMs } = gathered([
    sale('zebra'),
    sale('zebra', { atMs: AS_OF_MS + 9 }),
    sale('apple'),
    sale('lamp', { type: 'gift' }),
    sale('lamp', { type: 'dance' }),
    sale('lamp', { type: 'VIEW', atMs: AS_OF_MS - 1 }),
  ]);
  expect(unknownProducts).toEqual(['apple', 'zebra']);
  expect({ recentUsed, newestMs }).toEqual({ recentUsed: 1, newestMs: AS_OF_MS - 1 });
});

const hash = (order: string): number => createHash('sha256').update(order).digest().readInt32BE();

/** Two baskets of the run: order 7 of the day before the moment, and one without an order a day earlier. */
const STORED = StoredHistory.parse({
  product: [LAMP, BULB, LAMP],
  atMs: [AS_OF_MS - 2 * DAY_MS, AS_OF_MS - DAY_MS, AS_OF_MS - DAY_MS],
  basket: [0, 1, 1],
  quantity: [1, 2, 1],
  price: [9.5, null, 9.5],
  weight: [1, 1, 1],
  orders: [0, hash('7')],
});

test('without newer sales the lines of the run stay as they are', () => {
  const { purchases } = gathered([], STORED);
  expect(linesOf(purchases)).toEqual([
    { product: LAMP, quantity: 1, basket: 0 },
    { product: BULB, quantity: 2, basket: 1 },
    { product: LAMP, quantity: 1, basket: 1 },
  ]);
  expect([...purchases.prices]).toEqual([9.5, Number.NaN, 9.5]);
});

test('a newer sale of an order goes into the basket of the run', () => {
  const { purchases } = gathered([sale('bulb', { orderId: '7', atMs: AS_OF_MS - DAY_MS + 5 })], STORED);
  expect(linesOf(purchases)).toEqual([
    { product: LAMP, quantity: 1, basket: 0 },
    { product: BULB, quantity: 3, basket: 1 },
    { product: LAMP, quantity: 1, basket: 1 },
  ]);
});

test('a late sale goes between the baskets of the run', () => {
  const { purchases } = gathered([sale('shade', { orderId: '8', atMs: AS_OF_MS - 1.5 * DAY_MS })], STORED);
  expect(linesOf(purchases).map(({ product }) => product)).toEqual([LAMP, SHADE, BULB, LAMP]);
});

test('returns are netted across the run and newer sales', () => {
  const returned = (quantity: number) =>
    before(gathered([sale('lamp', { quantity })], STORED).purchases, AS_OF_MS + 1);
  expect(linesOf(returned(-2)).map(({ product }) => product)).toEqual([BULB]);
  expect(linesOf(returned(-1)).map(({ product }) => product)).toEqual([LAMP, BULB, LAMP]);
});

test('sales from the moment on are not known, and a view is no purchase to net', () => {
  const { purchases } = gathered([
    sale('lamp'),
    sale('shade', { type: 'view', atMs: AS_OF_MS - 1 }),
    sale('bulb', { quantity: -1, atMs: AS_OF_MS - 1 }),
  ]);
  expect(linesOf(before(purchases, AS_OF_MS)).map(({ product }) => product)).toEqual([SHADE]);
});

test('a history of another model is refused', () => {
  expect(() => gathered([], { ...STORED, product: [4, 0, 1] })).toThrow(
    'Cannot read a history: it has product 4, should be below 4',
  );
});

const newerSales = fc.array(
  fc.record({
    product: fc.constantFrom('bulb', 'cable', 'lamp', 'shade', 'unknown'),
    quantity: fc.constantFrom(1, 2, 0.1, 0.2, -1),
    atMs: fc.integer({ min: -3 * 24, max: 3 * 24 }).map((hours) => AS_OF_MS + hours * 3_600_000),
    type: fc.constantFrom('purchase', 'view', 'VIEW', 'gift'),
    orderId: fc.option(fc.constantFrom('7', '8'), { nil: undefined }),
    price: fc.option(fc.constantFrom(0.1, 0.2, 0.3), { nil: undefined }),
  }),
  { maxLength: 30 },
);

test('the order of newer sales does not matter', () => {
  fc.assert(
    fc.property(newerSales, fc.boolean(), fc.infiniteStream(fc.nat()), (sales, isStored, keys) => {
      const shuffled = sales
        .map((one) => ({ one, key: keys.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one);
      const stored = isStored ? STORED : undefined;
      expect(gathered(shuffled, stored)).toEqual(gathered(sales, stored));
    }),
  );
});

test('the lines of a run and newer sales together are those of all sales', () => {
  // An order would have to be hashed, and a mean of prices cannot be continued.
  const simple = newerSales.map((sales) =>
    sales.map((one) => ({ ...one, quantity: Math.sign(one.quantity), orderId: undefined, price: undefined })),
  );
  fc.assert(
    fc.property(simple, simple, (first, second) => {
      const { purchases } = gathered(first);
      const stored = StoredHistory.parse({
        product: [...purchases.products],
        atMs: [...purchases.atMs],
        basket: [...purchases.baskets],
        quantity: [...purchases.quantities],
        price: [...purchases.prices].map(() => null),
        weight: [...purchases.weights],
        orders: [...new Set(purchases.baskets)].map(() => 0),
      });
      // The newest of merged sales is not known from a line.
      const columns = ({ newestMs: _, ...rest }: Purchases) => rest;
      expect(columns(gathered(second, stored).purchases)).toEqual(
        columns(gathered([...first, ...second]).purchases),
      );
    }),
  );
});

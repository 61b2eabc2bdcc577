import { expect, test } from 'vitest';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import { BROKEN } from '../../../local/shop/broken.ts';
import { bestProducts, plantShop, plantUniformShop } from '../../../local/shop/shop.ts';
import { type OutgoingRecord, SIMULATION_END_MS, simulate } from '../../../local/shop/simulate.ts';

const shop = plantShop(1);
const records = [...simulate({ shop, seed: 1, count: 30_000, endMs: SIMULATION_END_MS, days: 90 })];
const parseSale = createSaleParser({});
const verdict = ({ value, timestampMs = 0 }: OutgoingRecord) => parseSale(value ?? undefined, timestampMs);
const sales = records
  .filter(({ broken }) => broken === undefined)
  .map(({ value }) => JSON.parse(String(value)));

function counted<Key>(keys: Iterable<Key>): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

test('the same seed gives the same bytes, and another seed other bytes', () => {
  const some = (seed: number) =>
    [...simulate({ shop: plantShop(seed), seed, count: 500, endMs: SIMULATION_END_MS, days: 90 })].map(
      ({ key, value, timestampMs }) => `${key} ${value?.toString('hex')} ${timestampMs}`,
    );
  expect(some(7)).toEqual(some(7));
  expect(some(7)).not.toEqual(some(8));
});

test('one record in a hundred is broken, of every kind, and accumulate rejects exactly those', () => {
  const broken = records.filter((record) => record.broken !== undefined);
  expect(broken).toHaveLength(300);
  expect([...new Set(broken.map((record) => record.broken))].sort()).toEqual(Object.keys(BROKEN).sort());
  for (const record of records)
    expect('rejected' in verdict(record), `${record.broken}: ${record.value}`).toBe(
      record.broken !== undefined,
    );
});

test('sales are in order of time, and the last one happens before the end', () => {
  const times = sales.map(({ timestamp }) => Date.parse(timestamp));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeLessThan(SIMULATION_END_MS);
});

test('about a quarter of the sales are repeats, and about two in a hundred are returns', () => {
  const returns = sales.filter(({ quantity }) => quantity < 0).length / sales.length;
  expect(returns).toBeGreaterThan(0.015);
  expect(returns).toBeLessThan(0.025);
  const seen = new Set<string>();
  const repeated = sales.filter(({ userId, productId, quantity }) => {
    const isAgain = seen.has(`${userId} ${productId}`) && quantity > 0;
    seen.add(`${userId} ${productId}`);
    return isAgain;
  });
  expect(repeated.length / sales.length).toBeGreaterThan(0.25);
});

test('popularity follows a power law: on logarithmic axes, sales by rank form a line', () => {
  const counts = [...counted(sales.map(({ productId }) => productId)).values()].sort((a, b) => b - a);
  const points = counts.slice(0, 200).map((count, rank) => [Math.log(rank + 1), Math.log(count)] as const);
  const mean = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const sum = (term: (x: number, y: number) => number) =>
    points.reduce((total, [x, y]) => total + term(x - mx, y - my), 0);
  const slope = sum((x, y) => x * y) / sum((x) => x * x);
  const fit = sum((x, y) => x * y) ** 2 / (sum((x) => x * x) * sum((_, y) => y * y));
  expect(slope).toBeLessThan(-0.4);
  expect(fit).toBeGreaterThan(0.85);
});

test('users buy by their tastes: they buy the most likely products most often', () => {
  const [user] = shop.users.toSorted((a, b) => b.activity - a.activity);
  if (!user) throw new Error('the shop has no users');
  const bought = counted(sales.filter(({ userId }) => userId === user.id).map(({ productId }) => productId));
  const likely = bestProducts(shop, user).slice(0, 50);
  const inPlan = likely.reduce((sum, { id }) => sum + (bought.get(id) ?? 0), 0);
  const all = [...bought.values()].reduce((sum, count) => sum + count, 0);
  const planned = likely.reduce((sum, { probability }) => sum + probability, 0);
  expect(inPlan / all).toBeGreaterThan(planned - 0.1);
  expect(bestProducts(shop, user).reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
});

test('in the uniform shop every user is equally likely to buy any product', () => {
  const uniform = plantUniformShop({ users: 10, products: 20 });
  const probabilities = uniform.users.flatMap((user) =>
    bestProducts(uniform, user).map(({ probability }) => probability),
  );
  expect(Math.max(...probabilities)).toBeCloseTo(1 / 20, 9);
  expect(Math.min(...probabilities)).toBeCloseTo(1 / 20, 9);
});

test("a sale's timestamp is its record's, and the record's key is the user", () => {
  for (const { key, value, timestampMs, broken } of records) {
    expect(key).toMatch(/^u\d{4}$/);
    if (broken) continue;
    const sale = JSON.parse(String(value));
    expect([sale.userId, Date.parse(sale.timestamp)]).toEqual([key, timestampMs]);
  }
});

test('returns are of one unit that the user bought before, unless that purchase may be in a broken record', () => {
  const lost = new Set(records.filter(({ broken }) => broken).map(({ key }) => key));
  const bought = new Set<string>();
  for (const { userId, productId, quantity } of sales) {
    if (quantity > 0) bought.add(`${userId} ${productId}`);
    else expect([quantity, bought.has(`${userId} ${productId}`) || lost.has(userId)]).toEqual([-1, true]);
  }
});

test('the sales of an order are of one user, and at most six', () => {
  const baskets = new Map<string, { userId: string }[]>();
  for (const sale of sales) baskets.set(sale.orderId, [...(baskets.get(sale.orderId) ?? []), sale]);
  for (const basket of baskets.values()) {
    expect(basket.length).toBeLessThanOrEqual(6);
    expect(new Set(basket.map(({ userId }) => userId)).size).toBe(1);
  }
});

test("sales have their product's name and price", () => {
  const products = new Map(shop.products.map(({ id, name, price }) => [id, { name, price }]));
  for (const { productId, productName, price } of sales)
    expect({ name: productName, price }).toEqual(products.get(productId));
});

test('a shop without users or without products cannot be simulated', () => {
  const some = (size: { users: number; products: number }) =>
    [...simulate({ shop: plantShop(1, size), seed: 1, count: 1, endMs: SIMULATION_END_MS, days: 1 })].length;
  expect(some({ users: 1, products: 1 })).toBe(1);
  expect(() => some({ users: 0, products: 1 })).toThrow('Cannot simulate: the shop has no users');
  expect(() => some({ users: 1, products: 0 })).toThrow('Cannot simulate: the shop has no products');
});

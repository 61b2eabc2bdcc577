import { expect, test } from 'vitest';
import {
  bestProducts,
  drawTables,
  plantShop,
  plantUniformShop,
  type Shop,
} from '../../../local/shop/shop.ts';

const shop = plantShop(1);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const productsOf = (group: number) => shop.products.filter((product) => product.group === group);
const groups = [...new Set(shop.products.map(({ group }) => group))];

const product = (id: string, group: number, popularity: number) => ({
  id,
  name: id,
  group,
  popularity,
  price: 1,
});
/** A shop with two lamps, one of which sells three times as often, two mugs, and a user who likes lamps. */
const LAMPS_AND_MUGS: Shop = {
  products: [
    product('lamp1', 0, 0.75),
    product('lamp2', 0, 0.25),
    product('mug2', 1, 0.5),
    product('mug1', 1, 0.5),
  ],
  users: [{ id: 'ann', tastes: [{ group: 0, share: 1 }], activity: 1 }],
  whimShare: 0.1,
};

test('the same seed makes the same shop, and another seed another one', () => {
  expect(plantShop(1)).toEqual(shop);
  expect(plantShop(2)).not.toEqual(shop);
});

test('a shop has the requested number of users and products, with unique ids and names', () => {
  expect([shop.users.length, shop.products.length]).toEqual([1000, 300]);
  for (const ids of [
    shop.users.map(({ id }) => id),
    shop.products.map(({ id }) => id),
    plantShop(1, { users: 1, products: 5000 }).products.map(({ name }) => name),
  ])
    expect(new Set(ids).size).toBe(ids.length);
});

test('the shares in a group add up to 1 and fall with the rank by a power law', () => {
  for (const group of groups) {
    const shares = productsOf(group).map(({ popularity }) => popularity);
    expect(sum(shares)).toBeCloseTo(1, 9);
    for (const [rank, share] of shares.entries())
      expect(share / (shares[0] ?? 0), `rank ${rank}`).toBeCloseTo((rank + 1) ** -0.9, 9);
  }
});

test('a user likes one or two different groups of the shop, the first one more; the shares add up to 1', () => {
  for (const { tastes } of shop.users) {
    expect(sum(tastes.map(({ share }) => share))).toBeCloseTo(1, 9);
    expect(tastes.length === 1 || tastes.length === 2).toBe(true);
    expect(new Set(tastes.map(({ group }) => group)).size).toBe(tastes.length);
    expect(tastes.every(({ group }) => groups.includes(group))).toBe(true);
    expect(tastes[0]?.share).toBeGreaterThanOrEqual(0.6);
  }
});

test('a shop with fewer products than groups has one group for each product', () => {
  const small = plantShop(1, { users: 3, products: 4 });
  expect(small.products.map(({ group, popularity }) => [group, popularity])).toEqual([
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
  for (const { tastes } of small.users) for (const { group } of tastes) expect(group).toBeLessThan(4);
});

test('the best products are ranked by taste times popularity in the group, plus a whim for any product; ties by id', () => {
  const [ann] = LAMPS_AND_MUGS.users;
  if (!ann) throw new Error('the shop has no users');
  expect(
    bestProducts(LAMPS_AND_MUGS, ann).map(({ id, probability }) => [id, Math.round(probability * 1e6) / 1e6]),
  ).toEqual([
    ['lamp1', 0.7125],
    ['lamp2', 0.2375],
    ['mug1', 0.025],
    ['mug2', 0.025],
  ]);
});

test("every user's probabilities form a distribution over all products", () => {
  for (const user of shop.users.slice(0, 50)) {
    const best = bestProducts(shop, user);
    expect(best).toHaveLength(shop.products.length);
    expect(sum(best.map(({ probability }) => probability))).toBeCloseTo(1, 9);
    expect(best.every(({ probability }) => probability > 0)).toBe(true);
  }
});

test('without structure all users are equally active and all products equally likely', () => {
  const uniform = plantUniformShop({ users: 5, products: 20 });
  expect(new Set(uniform.users.map(({ activity }) => activity))).toEqual(new Set([1]));
  for (const user of uniform.users)
    for (const { probability } of bestProducts(uniform, user)) expect(probability).toBeCloseTo(1 / 20, 9);
});

test('the tables for drawing contain every user, every product, and every product once in its group', () => {
  const tables = drawTables(LAMPS_AND_MUGS);
  expect(tables.users).toEqual([1]);
  expect(tables.products).toEqual([0.75, 1, 1.5, 2]);
  expect(
    [...tables.byGroup].map(([group, { products, cumulative }]) => [
      group,
      products.map(({ id }) => id),
      cumulative,
    ]),
  ).toEqual([
    [0, ['lamp1', 'lamp2'], [0.75, 1]],
    [1, ['mug2', 'mug1'], [0.5, 1]],
  ]);
});

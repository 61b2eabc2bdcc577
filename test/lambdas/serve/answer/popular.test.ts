import { expect, test } from 'vitest';
import { createAnswerer } from '../../../../lambdas/serve/answer/answerer.ts';
import { modelOf } from './model-writer.ts';

/** Lines by span (ever, …, last horizon, …, last 6 horizons), buyers and features of four lamps; the last was never bought. */
const lines = (ever: number, one: number, six: number): number[] => [ever, 0, 0, one, one, six];
const SHOP = {
  ids: ['desk', 'floor', 'night', 'oil'],
  factors: [[1], [1], [1], undefined],
  features: [
    { productOne: 2, productEver: 1, productFirstAge: 9 },
    { productOne: 2, productEver: 3, productFirstAge: 9 },
    { productOne: 4, productEver: 1, productFirstAge: 2 },
    {},
  ],
  lines: [lines(100, 10, 60), lines(300, 20, 35), lines(4, 4, 4), lines(0, 0, 0)],
  buyers: [5, 9, 2, 0],
  users: [
    [0, 1, 0.5],
    [0, 2, 0.25],
    [2, 0, 0.25],
  ],
  baskets: [[0, 2, 0.75]],
} as const;
const answerer = createAnswerer(modelOf(SHOP));
const ALL = { n: 10 };
const numbersOf = (ranked: readonly { number: number }[]): number[] => ranked.map(({ number }) => number);

test('popular: what sells most now, ties by what sold most ever; nothing that was never sold', () => {
  expect(numbersOf(answerer.popular(ALL))).toEqual([2, 1, 0]);
  expect(numbersOf(answerer.popular({ n: 1 }))).toEqual([2]);
  expect(numbersOf(answerer.popular({ n: 10, eligible: Uint8Array.of(1, 1, 0, 1) }))).toEqual([1, 0]);
});

test('trending: growth against the own past, not what sells most, and not by chance', () => {
  // 20 lines after 15 in 5 horizons; desk sells as always, and 4 lines of night are too few.
  expect(answerer.trending(ALL)).toEqual([{ number: 1, score: 25 / 8 }]);
  expect(answerer.trending({ n: 10, eligible: Uint8Array.of(1, 0, 1, 1) })).toEqual([]);
});

test('trending: in a young shop the past is as long as the shop', () => {
  const features = SHOP.features.map((row) => ({ ...row, productFirstAge: 3 }));
  const young = createAnswerer(modelOf({ ...SHOP, features }));
  // The past of 2 horizons: 15 / 2 lines each.
  expect(young.trending(ALL)).toEqual([{ number: 1, score: 2 }]);
  const newborn = SHOP.features.map((row) => ({ ...row, productFirstAge: 1.2 }));
  expect(createAnswerer(modelOf({ ...SHOP, features: newborn })).trending(ALL)).toEqual([]);
});

test('similar: by the same users; together: in the same baskets', () => {
  expect(answerer.similar(0, ALL)).toEqual([
    { number: 1, score: 0.5 },
    { number: 2, score: 0.25 },
  ]);
  expect(numbersOf(answerer.similar(0, { n: 10, eligible: Uint8Array.of(1, 0, 1, 1) }))).toEqual([2]);
  expect(answerer.together(0, ALL)).toEqual([{ number: 2, score: 0.75 }]);
  expect(answerer.together(3, ALL)).toEqual([]);
});

test('a small category is not empty: n products of a category that no source knows', () => {
  const ids = Array.from({ length: 60 }, (_, number) => `p${String(number).padStart(2, '0')}`);
  const big = modelOf({
    ids,
    factors: ids.map((_, number) => (number < 30 ? [1] : undefined)),
    buyers: ids.map((_, number) => (number < 30 ? 9 : number % 7)),
    popular: [[0, 1, 2]],
  });
  const category = Uint8Array.from(ids, (_, number) => (number >= 35 ? 1 : 0));
  const purchases = { ...NOTHING, products: Int32Array.of(0), size: 1 };
  const found = numbersOf(
    createAnswerer(big).answer({ ...purchases, ...LINE }, { list: 'new', n: 20, eligible: category })
      .products,
  );
  expect(found).toHaveLength(20);
  expect(found.slice(0, 4)).toEqual([41, 48, 55, 40]);
  const cold = createAnswerer(big).answer(NOTHING, { list: 'new', n: 20, eligible: category });
  expect(numbersOf(cold.products)).toEqual(found);
});

const LINE = {
  atMs: Float64Array.of(0),
  baskets: Int32Array.of(0),
  quantities: Float32Array.of(1),
  prices: Float32Array.of(1),
  weights: Float32Array.of(1),
};
const NOTHING = {
  size: 0,
  products: new Int32Array(0),
  atMs: new Float64Array(0),
  baskets: new Int32Array(0),
  quantities: new Float32Array(0),
  prices: new Float32Array(0),
  weights: new Float32Array(0),
  newestMs: undefined,
};

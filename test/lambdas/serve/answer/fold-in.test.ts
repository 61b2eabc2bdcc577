import { expect, test } from 'vitest';
import { createFoldIn } from '../../../../lambdas/serve/answer/fold-in.ts';
import { type NewerSale, purchasesOf } from '../../../../lambdas/serve/answer/history.ts';
import { userHistory } from '../../../../lambdas/serve/answer/user-history.ts';
import { AS_OF_MS, HORIZON_MS, modelOf, type WrittenModel } from './model-writer.ts';

const bought = (...products: string[]): NewerSale[] =>
  products.map((product) => ({ product, quantity: 1, atMs: AS_OF_MS, type: 'purchase' }));

function factorOf(written: WrittenModel, sales: readonly NewerSale[]): number[] {
  const model = modelOf(written);
  const { purchases } = purchasesOf(model, undefined, sales);
  const history = userHistory(purchases, { asOfMs: AS_OF_MS, horizonMs: HORIZON_MS });
  return [...createFoldIn(model)(history)];
}

/** One product with the factor 2, and one with 1: the gram matrix is 5. */
const LINE: WrittenModel = {
  ids: ['a', 'b', 'gone'],
  factors: [[2], [1], undefined],
  document: { alpha: 3, regularisation: 0.5 },
};

test('the factor solves the normal equations of a user', () => {
  // (5 + 0.5 + 3 * 2 * 2) x = (1 + 3) * 2
  expect(factorOf(LINE, bought('a'))).toEqual([Math.fround(8 / 17.5)]);
  // (5 + 2 * 0.5 + 3 * (4 + 1)) x = 4 * (2 + 1)
  expect(factorOf(LINE, bought('a', 'b'))).toEqual([Math.fround(12 / 21)]);
});

test('a purchase a half-life ago counts half', () => {
  const old = bought('a').map((one) => ({ ...one, atMs: AS_OF_MS - 6 * HORIZON_MS }));
  // (5 + 0.5 + 1.5 * 2 * 2) x = (1 + 1.5) * 2
  expect(factorOf(LINE, old)[0]).toBeCloseTo(5 / 11.5, 6);
});

test('four units count twice as much as one, with the exponent 0.5', () => {
  const four = bought('a').map((one) => ({ ...one, quantity: 4 }));
  expect(factorOf(LINE, four)[0]).toBeCloseTo(14 / (5.5 + 24), 6);
});

test('products without a factor take no part', () => {
  expect(factorOf(LINE, bought('gone', 'a'))).toEqual(factorOf(LINE, bought('a')));
  expect(factorOf(LINE, bought('gone'))).toEqual([0]);
});

/** Four products whose factors are the axes of four dimensions, and so the eigenvectors of the gram matrix. */
const AXES: WrittenModel = {
  ids: ['a', 'b', 'c', 'd'],
  factors: [
    [2, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 3],
  ],
};
const WITH_EIGEN: WrittenModel = {
  ...AXES,
  eigen: { values: [4, 1, 1, 9], vectors: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] },
};

test('the way for few pairs finds the same factor', () => {
  const plain = factorOf(AXES, bought('a', 'c'));
  const few = factorOf(WITH_EIGEN, bought('a', 'c'));
  expect(plain[0]).toBeGreaterThan(0.1);
  few.forEach((value, at) => {
    expect(value).toBeCloseTo(plain[at] ?? Number.NaN, 6);
  });
});

test('the way for few pairs is taken up to half as many pairs as the rank', () => {
  // An eigenvalue that is wrong shows which way was taken.
  const wrong = {
    ...WITH_EIGEN,
    eigen: { values: [400, 1, 1, 9], vectors: WITH_EIGEN.eigen?.vectors ?? [] },
  };
  expect(factorOf(wrong, bought('a', 'b'))).not.toEqual(factorOf(WITH_EIGEN, bought('a', 'b')));
  expect(factorOf(wrong, bought('a', 'b', 'c'))).toEqual(factorOf(AXES, bought('a', 'b', 'c')));
});

test('a preference so old that it is rounded to 0 is not divided by', () => {
  const ancient = bought('b').map((one) => ({ ...one, atMs: AS_OF_MS - 2000 * HORIZON_MS }));
  expect(factorOf(WITH_EIGEN, [...bought('a'), ...ancient])).toEqual(
    factorOf(AXES, [...bought('a'), ...ancient]),
  );
});

import { expect, test } from 'vitest';
import { FEATURES, WIDTH } from '../../../../lambdas/serve/answer/feature-names.ts';
import { COLUMNS } from '../../../../lambdas/serve/answer/list-order.ts';
import { loadModel } from '../../../../lambdas/serve/answer/model.ts';
import { modelOf, type WrittenModel, writeModel } from './model-writer.ts';

const SHOP: WrittenModel = {
  ids: ['Lampe', 'Zünder', 'lamp', '灯'],
  names: ['Lamp', '', 'Lamp', '台灯'],
  factors: [[1], [1], [1], [1]],
};

test('ids and names are found by number, and numbers by id', () => {
  const { products } = modelOf(SHOP);
  expect([0, 1, 2, 3].map(products.id)).toEqual(SHOP.ids);
  expect([0, 1, 2, 3].map(products.name)).toEqual(['Lamp', undefined, 'Lamp', '台灯']);
  expect(SHOP.ids.map(products.numberOf)).toEqual([0, 1, 2, 3]);
  expect(['', 'Lamp', 'lamps', '龍', '__proto__'].map(products.numberOf)).toEqual(Array(5).fill(undefined));
});

test('types are weighed as in training, also those that the run has not seen', () => {
  const { typeWeights } = modelOf({
    ...SHOP,
    document: {
      typeWeights: { 'Add-To-Cart': 0.3 },
      configuredWeights: { purchase: 1, add_to_cart: 0.25, addtocart: 0.5, impression: 0 },
    },
  });
  expect(
    ['Add-To-Cart', 'add_to_cart', 'ADD TO CART', 'Purchase', 'impression', 'x'].map(typeWeights),
  ).toEqual([0.3, 0.25, 0.25, 1, undefined, undefined]);
});

/** A tree of one split by `als`, at another position than here. */
const TREE = {
  starts: [0, 3],
  feature: [0, -1, -1],
  threshold: [0.5, 0, 0],
  left: [1, 0, 0],
  value: [0, 1, 2],
};
const BY_TREES = {
  scorer: 'blend',
  baseline: { name: 'recentPopularity', feature: 'productOne', second: 'productEver' },
  blend: { weight: 1, trees: 1, mixture: { trees: 1, factors: 0, coPurchase: 0 } },
  ensembles: 1,
  treesPerEnsemble: 1,
} as const;

const treesOf = (fields: object, columns: readonly string[] = [...FEATURES].reverse()) =>
  modelOf({
    ...SHOP,
    trees: { any: { ...TREE, ...fields } },
    document: { columns: [...columns], lists: { any: BY_TREES, new: { scorer: 'matrixFactorisation' } } },
  }).lists.any;

test('a split has room for every column', () => {
  expect(WIDTH).toBeLessThanOrEqual(COLUMNS);
});

test('a position in a tree is that of the names of the model', () => {
  expect(treesOf({})).toMatchObject({
    trees: { ensembles: { splits: Int32Array.of(64 + FEATURES.indexOf('newestAudience'), 64, 128) } },
  });
});

test('a model that was learned with an unknown feature is refused', () => {
  expect(() => treesOf({}, ['horoscope'])).toThrow('there is no feature horoscope');
});

test.each([
  ['a child before its parent', { left: [0, 0, 0] }],
  ['a child outside of the tree', { left: [2, 0, 0] }],
  ['a feature outside of the names', { feature: [99, -1, -1] }],
])('a tree with %s is refused', (_, fields) => {
  expect(() => treesOf(fields)).toThrow('Cannot load the model: node 0 of a tree is damaged');
});

test('a model whose files do not fit together is refused, with the reason', () => {
  const { document, tensors } = writeModel(SHOP);
  expect(() => loadModel({ ...document, products: 5 }, tensors)).toThrow('should be U8 [5]');
  expect(() => loadModel({ ...document, common: 3 }, tensors)).toThrow('4 products are common, should be 3');
  expect(() => loadModel({ ...document, version: 2 }, tensors)).toThrow(
    'its document is not as it should be',
  );
  expect(() => loadModel({ ...document, productColumns: [] }, tensors)).toThrow('Cannot read the tensor');
  expect(() => modelOf({ ...SHOP, popular: [[4]] })).toThrow('the popular product 4 should be');
  expect(() => modelOf({ ...SHOP, isCommon: [true, true, true, false], users: [[0, 3, 1]] })).toThrow(
    'a link leads to product 3',
  );
});

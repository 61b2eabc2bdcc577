import { expect, test } from 'vitest';
import {
  comparable,
  describeUntrained,
  TYPE_WEIGHTS,
  withDefaults,
} from '../../../../lambdas/shared/contract/event-types.ts';
import { ConfiguredModel, Model } from '../../../../lambdas/shared/contract/model.ts';

test('each kind of event weighs less than the one after it on the way to a purchase; no spelling is there twice', () => {
  const of = (type: string) => TYPE_WEIGHTS[type] ?? Number.NaN;
  expect(of('view')).toBeLessThan(of('add_to_cart'));
  expect(of('add_to_cart')).toBeLessThan(of('begin_checkout'));
  expect(of('begin_checkout')).toBeLessThan(of('rating'));
  // The Spark job takes types with at least half of the highest weight for purchases.
  for (const used of ['rating', 'rate', 'review', 'watch', 'play', 'listen'])
    expect(of(used)).toBeLessThan(of('purchase') / 2);
  expect(of('remove_from_cart')).toBe(0);
  const names = Object.keys(TYPE_WEIGHTS).map(comparable);
  expect(new Set(names).size).toBe(names.length);
  // A refund is not a purchase: it is a purchase with a negative quantity.
  expect(TYPE_WEIGHTS.refund).toBeUndefined();
});

test('a configured type replaces all spellings of its default, and leaves the others', () => {
  const weights = withDefaults({ 'Add-To-Cart': 0.5, rent: 0.7, view: 0 });
  expect(weights).toMatchObject({ 'Add-To-Cart': 0.5, rent: 0.7, view: 0, purchase: 1 });
  expect(weights.add_to_cart).toBeUndefined();
  expect(withDefaults({})).toEqual(TYPE_WEIGHTS);
});

test('the configuration adds to the defaults; a window has all weights, and an old window keeps the only one that it has', () => {
  expect(ConfiguredModel.parse({ typeWeights: { rent: 0.7 } }).typeWeights).toEqual({
    ...TYPE_WEIGHTS,
    rent: 0.7,
  });
  expect(ConfiguredModel.parse({})).toEqual(Model.parse({}));
  expect(Model.parse({ typeWeights: { purchase: 1 } }).typeWeights).toEqual({ purchase: 1 });
  expect(Model.safeParse({ typeWeights: { view: -1 } }).success).toBe(false);
});

const inputs = {
  interactions: 9,
  unweighted: 0,
  unknown: { interactions: 0, types: 0 },
  types: [{ type: 'purchase', interactions: 9, weight: 1 }],
};
const gifts = Array.from({ length: 7 }, (_, n) => ({ type: `gift${n}`, interactions: 1, weight: null }));

test('nothing is missing if every type has a weight, or the weight 0 on purpose', () => {
  expect(describeUntrained(inputs)).toBeUndefined();
  const types = [...inputs.types, { type: 'impression', interactions: 5, weight: 0 }];
  expect(describeUntrained({ ...inputs, unweighted: 5, types })).toBeUndefined();
});

test('unknown types are named with their counts, five at most, and all are counted', () => {
  const unknown = { interactions: 1_300, types: 30 };
  expect(
    describeUntrained({ ...inputs, unweighted: 1_300, unknown, types: [...inputs.types, ...gifts] }),
  ).toBe(
    'not trained on, because the type has no weight: 1,300 sales (gift0 1, gift1 1, gift2 1, gift3 1, gift4 1, and 25 more); name them in model.typeWeights (npm start: --type-weights NAME=WEIGHT), with 0 for those to leave out',
  );
});

test('if nothing was trained on, types with the weight 0 are named too', () => {
  const types = [
    { type: 'view', interactions: 3, weight: 0 },
    { type: 'gift', interactions: 2, weight: null },
  ];
  const unknown = { interactions: 2, types: 1 };
  expect(describeUntrained({ interactions: 0, unweighted: 5, unknown, types })).toMatch(
    /^none of the 5 sales has a type with a weight \(view 3, gift 2\); name them in model\.typeWeights/,
  );
  expect(describeUntrained({ ...inputs, interactions: 0, types: [] })).toBeUndefined();
});

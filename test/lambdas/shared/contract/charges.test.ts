import { expect, test } from 'vitest';
import {
  CHARGES,
  comparableCharge,
  describeCharges,
  whyEmpty,
  withDefaultCharges,
} from '../../../../lambdas/shared/contract/charges.ts';
import { ConfiguredModel, Model } from '../../../../lambdas/shared/contract/model.ts';

test('no two default names are spellings of one', () => {
  const names = Object.keys(CHARGES).map(comparableCharge);
  expect(new Set(names).size).toBe(names.length);
});

test('configured names add to the defaults and replace every spelling of theirs', () => {
  const names = withDefaultCharges({ 'Bank-Charges': false, WRAP: true });
  expect(names).toMatchObject({ 'Bank-Charges': false, WRAP: true, postage: true });
  expect(names['bank charges']).toBeUndefined();
  expect(ConfiguredModel.parse({ charges: { WRAP: true } }).charges).toMatchObject({
    WRAP: true,
    postage: true,
  });
  expect(Model.safeParse({ charges: { WRAP: 'yes' } }).success).toBe(false);
});

/** `ChargesTest.scala` has the same pairs. */
test.each([
  ['Shipping & Handling', 'shippingandhandling'],
  ['Frais\u00a0d’expe\u0301dition', "fraisd'expedition"],
  ['GASTOS DE ENVIO', 'gastosdeenvio'],
  ['Bank-Charges.', 'bankcharges'],
  ['10-1', '10-1'],
  ['tax 7', 'tax7'],
])('%j is compared as %j', (text, expected) => {
  expect(comparableCharge(text)).toBe(expected);
});

const POST = { product: 'POST', name: 'POSTAGE', interactions: 1_200 };

test('charges are named with their counts, five at most, and all are counted', () => {
  expect(describeCharges({ interactions: 0, products: [] })).toBeUndefined();
  const others = Array.from({ length: 5 }, (_, n) => ({ product: `Tax ${n}`, name: null, interactions: 10 }));
  expect(describeCharges({ interactions: 1_300, products: [POST, ...others] })).toBe(
    'not trained on, because they are charges: 1,300 sales (POST “POSTAGE” 1,200, Tax 0 10, Tax 1 10, Tax 2 10, Tax 3 10, others 60); for a product, set model.charges (npm start: --charges NAME=false)',
  );
  const same = { ...POST, product: 'Post-age' };
  expect(describeCharges({ interactions: 1_200, products: [same] })).toContain('(Post-age 1,200)');
});

test('why a run was trained on nothing: types first, then charges', () => {
  const inputs = {
    interactions: 0,
    unweighted: 0,
    unknown: { interactions: 0, types: 0 },
    types: [],
    charges: { interactions: 1_200, products: [POST] },
  };
  expect(whyEmpty(inputs)).toContain('POSTAGE');
  expect(whyEmpty({ ...inputs, unweighted: 3 })).toContain('none of the 3 sales has a type');
  expect(whyEmpty({ ...inputs, interactions: 1 })).toBeUndefined();
  expect(whyEmpty({ ...inputs, charges: { interactions: 0, products: [] } })).toBeUndefined();
});

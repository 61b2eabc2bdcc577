import { expect, test } from 'vitest';
import { CatalogueProduct } from '../../../../lambdas/shared/contract/catalogue.ts';
import {
  describeRefusal,
  parseProduct,
  toCategory,
} from '../../../../lambdas/shared/contract/parse-product.ts';

const productOf = (value: unknown) => {
  const parsed = parseProduct(value);
  if ('refused' in parsed) throw new Error(describeRefusal(parsed.refused));
  return CatalogueProduct.parse(parsed.product);
};
const refusalOf = (value: unknown): string => {
  const parsed = parseProduct(value);
  return 'refused' in parsed ? describeRefusal(parsed.refused) : 'accepted';
};

test('every attribute is read; moments become epoch milliseconds, and other fields further attributes', () => {
  expect(
    productOf({
      productId: 'lamp',
      name: 'Lamp “blue”',
      category: ' Home>Lighting > Lamps ',
      price: 9.5,
      available: false,
      from: '2026-03-01T00:00:00+01:00',
      until: 1_782_820_800_000,
      colour: 'red',
      weightKg: 1.5,
      constructor: 'toString',
    }),
  ).toEqual({
    productId: 'lamp',
    name: 'Lamp “blue”',
    category: 'Home > Lighting > Lamps',
    price: 9.5,
    available: false,
    fromMs: Date.UTC(2026, 1, 28, 23),
    untilMs: 1_782_820_800_000,
    attributes: { colour: 'red', weightKg: 1.5, constructor: 'toString' },
  });
});

test('null and empty text count as absent, and a whole number as an id of its digits', () => {
  expect(
    productOf({ productId: 17850, name: '', category: ' > ', price: null, from: null, size: '' }),
  ).toEqual({
    productId: '17850',
  });
});

test.each([
  [[], ': is an array, should be a JSON object'],
  ['lamp', ': is "lamp", should be a JSON object'],
  [{}, 'productId: is missing, should be a string of 1 to 256 characters or a whole number'],
  [{ productId: '' }, 'productId: is "", should be a string of 1 to 256 characters or a whole number'],
  [{ productId: 1.5 }, 'productId: is 1.5, should be a string of 1 to 256 characters or a whole number'],
  [{ productId: '\ud800' }, /^productId: is .*should be a string/],
  [{ productId: 'p', price: '£3' }, 'price: is "£3", should be a finite number of at least 0'],
  [{ productId: 'p', price: -1 }, 'price: is -1, should be a finite number of at least 0'],
  [
    { productId: 'p', price: Number.POSITIVE_INFINITY },
    'price: is Infinity, should be a finite number of at least 0',
  ],
  [{ productId: 'p', available: 'no' }, 'available: is "no", should be true or false'],
  [
    { productId: 'p', from: '2026-02-30T00:00:00Z' },
    'from: is "2026-02-30T00:00:00Z", should be ISO 8601 with a zone, or epoch milliseconds',
  ],
  [
    { productId: 'p', until: '2026-02-03' },
    'until: is "2026-02-03", should be ISO 8601 with a zone, or epoch milliseconds',
  ],
  [{ productId: 'p', from: 5, until: 5 }, 'until: is 5, should be after from, which is 5'],
  [
    { productId: 'p', name: 'x'.repeat(1025) },
    /^name: is "x+…, should be a string of at most 1024 characters$/,
  ],
  [
    { productId: 'p', tags: ['a'] },
    'tags: is an array, should be a string of at most 1024 characters or a number',
  ],
  [{ productId: 'p', on: true }, 'on: is true, should be a string of at most 1024 characters or a number'],
  [
    { productId: 'p', ['x'.repeat(65)]: 1 },
    /^x{64}: is a name of 65 characters, should be a name of 1 to 64/,
  ],
  [JSON.parse('{"productId":"p","__proto__":{"name":"x"}}'), /^__proto__: is a field of this name/],
])('%j is refused: %s', (value, reason) => {
  const is = refusalOf(value);
  if (typeof reason === 'string') expect(is).toBe(reason.replace(/^: /, ''));
  else expect(is).toMatch(reason);
});

test('more than 50 further attributes are refused, and the message names the first one too many', () => {
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`a${index}`, index]));
  expect(refusalOf({ productId: 'p', ...many })).toBe(
    'a50: is one of 51 further attributes, should be one of at most 50',
  );
});

test('levels of a category lose blanks and empty levels', () => {
  expect(toCategory('>a >> b>')).toBe('a > b');
});

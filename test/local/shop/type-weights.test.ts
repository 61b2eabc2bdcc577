import { expect, test } from 'vitest';
import { typeWeights } from '../../../local/shop/type-weights.ts';

test('reads TYPE=WEIGHT,…; a type may contain an equals sign or a space', () => {
  expect(typeWeights('view=0.1,cart=.4,a=b=1, add to cart=0')).toEqual({
    view: 0.1,
    cart: 0.4,
    'a=b': 1,
    'add to cart': 0,
  });
});

test.each([
  '',
  'view',
  'view=',
  '=1',
  'view=x',
  'view=-1',
  'view=1e3',
  'view=1001',
  'view=1,',
  'view=Infinity',
])('%j is an error that gives the valid values', (text) => {
  expect(() => typeWeights(text)).toThrow(
    'TYPE=WEIGHT,… with weights from 0 to 1000, such as view=0.1,cart=0.3',
  );
});

test('a type that no sale can have is an error', () => {
  expect(() => typeWeights(`${'x'.repeat(65)}=1`)).toThrow('types of at most 64 characters');
});

test('a type may have any name', () => {
  expect(Object.entries(typeWeights('__proto__=0.5,constructor=0.2'))).toEqual([
    ['__proto__', 0.5],
    ['constructor', 0.2],
  ]);
});

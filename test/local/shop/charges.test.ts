import { expect, test } from 'vitest';
import { charges } from '../../../local/shop/charges.ts';

test('reads NAME,…; only =true and =false at the end of a name are no part of it', () => {
  expect(charges('GIFT-WRAP,postage=false, Bank Charges ,a=b,c=TRUE')).toEqual({
    'GIFT-WRAP': true,
    postage: false,
    'Bank Charges': true,
    'a=b': true,
    c: true,
  });
});

test('a name may be any', () => {
  expect(Object.entries(charges('__proto__,constructor=false'))).toEqual([
    ['__proto__', true],
    ['constructor', false],
  ]);
});

test.each(['', ' ', 'a,', '=false', 'a=no', 'a=0', '-', `${'x'.repeat(257)}`])(
  '%j is an error that says what is valid',
  (text) => {
    expect(() => charges(text)).toThrow(
      'NAME,… with names of 1 to 256 characters, such as GIFT-WRAP,postage=false',
    );
  },
);

import { expect, test } from 'vitest';
import { letters, shortened } from '../../../../lambdas/shared/web/text.ts';

test('a text is cut to a number of letters, without a space or punctuation before the ellipsis', () => {
  expect(shortened('Lamp', 4)).toBe('Lamp');
  expect(shortened('Blue lamp', 6)).toBe('Blue…');
  expect(shortened('Lamp no. 17', 9)).toBe('Lamp no…');
  expect(shortened('', 1)).toBe('');
});

test('a letter of several code points is never cut in half', () => {
  expect(shortened('💡💡💡', 2)).toBe('💡…');
  expect(shortened('👩‍👧👩‍👧👩‍👧', 2)).toBe('👩‍👧…');
  expect(shortened('e\u0301e\u0301e\u0301', 3)).toBe('e\u0301e\u0301e\u0301');
  expect(shortened('🇨🇭🇨🇭🇨🇭', 2)).toBe('🇨🇭…');
  expect([...letters('a👩‍👧e\u0301')]).toEqual(['a', '👩‍👧', 'e\u0301']);
});

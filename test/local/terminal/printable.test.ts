import { expect, test } from 'vitest';
import { printable } from '../../../local/terminal/printable.ts';

test('text becomes one line without control characters', () => {
  expect(printable('\u001b[2J\u001b]0;title\u0007Blue\nlamp\t\u202e\u009b')).toBe('Blue lamp \ufffd\ufffd');
  expect(printable('Lámpara azul 灯 💡')).toBe('Lámpara azul 灯 💡');
});

test('text is shortened to a length, and never within a character', () => {
  expect(printable('x'.repeat(44))).toBe('x'.repeat(44));
  expect(printable('x'.repeat(45))).toBe(`${'x'.repeat(43)}…`);
  expect(printable('💡'.repeat(10), 10)).toBe(`${'💡'.repeat(4)}…`);
});

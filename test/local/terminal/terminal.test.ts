import { expect, test } from 'vitest';
import { forTerminal } from '../../../local/terminal/terminal.ts';

test('control characters are removed: those for title, colour, cursor and direction of writing', () => {
  expect(forTerminal('no column \u001b]0;owned\u0007x')).toBe('no column x');
  expect(forTerminal('\u001b[31mred\u001b[2J \u0008\r\u0000\u202e')).toBe('red \ufffd\ufffd\ufffd\ufffd');
});

test('newlines, tabs and every letter stay', () => {
  expect(forTerminal('a\n\tä 🏮 日')).toBe('a\n\tä 🏮 日');
});

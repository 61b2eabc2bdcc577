import { expect, test } from 'vitest';
import { mentionsOf } from '../../../lambdas/forget/mentions.ts';

test.each([
  ['{"user":"user-0016"}', 'user-0016', true],
  ['the list of user-0016 is empty', 'user-0016', true],
  ['It is user-0016.', 'user-0016', true],
  ['user-00161 and xuser-0016', 'user-0016', false],
  ['took 1 ms for 11 tasks', '1', false],
  ['{"user":"1","n":1}', '1', true],
  ['{\\"user\\":\\"1\\"}', '1', true],
  ["Cannot read 'anna'", 'anna', true],
  ['anna and bob', 'anna', false],
  ['sent to ann.smith@example.com', 'ann.smith@example.com', true],
  ['sent to joann.smith@example.com', 'ann.smith@example.com', false],
  ['{"user":"Ann Smith"}', 'Ann Smith', true],
  ['Joann Smith', 'Ann Smith', false],
  ['{"user":"a\\"b\\\\cdef"}', 'a"b\\cdef', true],
  ['$where (.*)', '(.*)', false],
  ['', 'user-0016', false],
])('%s names %s: %s', (text, user, expected) => {
  expect(mentionsOf([user, 'somebody else'])(text)).toBe(expected);
});

test('without users nothing is named', () => {
  expect(mentionsOf([])('"1"')).toBe(false);
});

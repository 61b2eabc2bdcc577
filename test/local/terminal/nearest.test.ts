import { expect, test } from 'vitest';
import { nearest } from '../../../local/terminal/nearest.ts';

test('finds the word with the fewest changes', () => {
  const words = ['threshold', 'count', 'once'];
  expect(['treshold', 'cuont', 'onse', 'count'].map((word) => nearest(word, words))).toEqual([
    'threshold',
    'count',
    'once',
    'count',
  ]);
});

test('finds nothing if there are no words', () => {
  expect(nearest('count', [])).toBe('nothing');
});

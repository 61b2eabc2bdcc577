import { expect, test } from 'vitest';
import { nearest } from '../../../local/terminal/nearest.ts';

test('the word that was probably meant is the one with the fewest changes', () => {
  const words = ['threshold', 'count', 'once'];
  expect(['treshold', 'cuont', 'onse', 'count'].map((word) => nearest(word, words))).toEqual([
    'threshold',
    'count',
    'once',
    'count',
  ]);
});

test('among no words none was meant', () => {
  expect(nearest('count', [])).toBe('nothing');
});

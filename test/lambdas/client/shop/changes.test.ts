import { expect, test } from 'vitest';
import { isChanged, listChanges } from '../../../../lambdas/client/shop/changes.ts';

const list = (...products: string[]) => products.map((product) => ({ product }));

test('products that came, rose, fell, stayed and left are found, in the order of the lists', () => {
  const { now, left } = listChanges(
    list('desk', 'lamp', 'mug', 'chair', 'rug'),
    list('desk', 'mug', 'bed', 'lamp'),
  );
  expect([...now]).toEqual([
    ['desk', { kind: 'stayed' }],
    ['mug', { kind: 'rose', from: 3 }],
    ['bed', { kind: 'came' }],
    ['lamp', { kind: 'fell', from: 2 }],
  ]);
  expect(left).toEqual(list('chair', 'rug'));
});

test('of an empty list everything comes, and to an empty list everything leaves', () => {
  expect([...listChanges([], list('a', 'b')).now.values()]).toEqual([{ kind: 'came' }, { kind: 'came' }]);
  expect(listChanges(list('a', 'b'), []).left).toEqual(list('a', 'b'));
  expect(isChanged(listChanges([], []))).toBe(false);
});

test('a list is changed if a product came, left or moved, and not if only names or scores did', () => {
  const named = [{ product: 'a', name: 'Desk' }];
  expect(isChanged(listChanges(list('a'), named))).toBe(false);
  expect(isChanged(listChanges(list('a', 'b'), list('a')))).toBe(true);
  expect(isChanged(listChanges(list('a', 'b'), list('b', 'a')))).toBe(true);
});

test('ids such as __proto__ are products like all others', () => {
  const { now, left } = listChanges(list('__proto__', 'constructor'), list('constructor'));
  expect(now.get('constructor')).toEqual({ kind: 'rose', from: 2 });
  expect(left).toEqual(list('__proto__'));
});

import { expect, test } from 'vitest';
import { parseRecord } from '../../../../lambdas/shared/sales/record.ts';
import { createSaleParser } from '../../../../lambdas/shared/sales/sale.ts';
import { saleIdOf } from '../../../../lambdas/shared/sales/sale-id.ts';

const signed = (text: string): number[] => [...new Int8Array(Buffer.from(text))];
const unsigned = (text: string): number[] => [...Buffer.from(text)];

test.each([
  ['signed bytes, as Lambda sends them', [{ id: signed('é😀-1') }], { id: 'é😀-1' }],
  ['unsigned bytes', [{ id: unsigned('é😀-1') }], { id: 'é😀-1' }],
  ['other headers beside it', [{ trace: [1, -2] }, { id: signed('s1') }, { ID: [3] }], { id: 's1' }],
  ['several ids, the last of which counts', [{ id: signed('a') }, { id: signed('b') }], { id: 'b' }],
  ['256 characters', [{ id: signed('é'.repeat(256)) }], { id: 'é'.repeat(256) }],
])('an id is read from %s', (_, headers, expected) => {
  expect(saleIdOf(headers)).toEqual(expected);
});

test.each([
  ['no headers', undefined],
  ['null', null],
  ['an empty list', []],
  ['other headers', [{ trace: [1] }, null, 'id', ['id']]],
  ['what is no list', { id: signed('s1') }],
])('there is no id in %s', (_, headers) => {
  expect(saleIdOf(headers)).toBeUndefined();
});

test.each([
  ['empty', [], '0 bytes'],
  ['too long', signed('x'.repeat(257)), '257 bytes'],
  ['not UTF-8', [-1, -2], '2 bytes'],
  ['no bytes', 'secret', 'not bytes'],
])('an id that is %s is named without its value', (_, id, is) => {
  expect(saleIdOf([{ id }])).toEqual({
    wrong: `header id: is ${is}, should be 1 to 256 characters in UTF-8`,
  });
});

test('a sale is kept without an id that cannot be read, which counts as left out; a field id of its value is none', () => {
  const record = (headers: unknown) => ({
    topic: 'sales',
    partition: 0,
    offset: 0,
    timestamp: Date.UTC(2026, 5, 1),
    value: Buffer.from('{"userId":"ann","productId":"lamp","price":"£3","id":"in-the-value"}').toString(
      'base64',
    ),
    headers,
  });
  const parse = (headers: unknown) => parseRecord(record(headers), createSaleParser({}));
  expect(parse([{ id: signed('s1') }])).toMatchObject({
    user: 'ann',
    id: 's1',
    leftOut: [{ field: 'price' }],
  });
  expect(parse([{ id: [] }])).toMatchObject({ user: 'ann', leftOut: [{ field: 'price' }, { field: 'id' }] });
  expect(parse([{ id: [] }])).not.toHaveProperty('id');
  expect(parse([])).not.toHaveProperty('id');
  expect(
    parseRecord({ ...record([{ id: signed('s1') }]), value: null }, createSaleParser({})),
  ).toHaveProperty('rejected');
});

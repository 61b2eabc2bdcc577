import { expect, test } from 'vitest';
import { rejectedRows, rewriteRejected, wordsOfRejected } from '../../../../lambdas/forget/files/rejected.ts';
import { changedBytes, erasing } from './erasing.ts';

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const line = (
  value: string | Buffer | null,
  { key = null as string | Buffer | null, reason = 'quantity: is 0, should be 1', kafkaMs = 5 } = {},
): string =>
  `${JSON.stringify({ source: '0a1b2c3d', topic: 'sales', partition: 0, offset: 7, kafkaMs, reason, key: key && base64(key), value: value && base64(value) })}\n`;

const rewrite = (text: string, users: readonly string[], { map = {}, untilMs = 10 } = {}) =>
  rewriteRejected(Buffer.from(text), erasing(users, untilMs), map);

test('the line of a user keeps its address and the kind of its reason, and no others change', () => {
  const others = [line('{"userId":"11","quantity":0}'), line('{"userId":"2","productId":"1","quantity":0}')];
  const own = line('{"userId":"1","quantity":0}', { key: '1' });
  const bytes = changedBytes(rewrite(`${others[0]}${own}${others[1]}`, ['1']));
  const masked = `${JSON.stringify({ source: '0a1b2c3d', topic: 'sales', partition: 0, offset: 7, kafkaMs: 5, reason: 'quantity: the user was forgotten', sizeBytes: 27, erased: true })}\n`;
  expect(bytes.toString()).toBe(`${others[0]}${masked}${others[1]}`);
  expect(rewrite(bytes.toString(), ['1'])).toEqual({ changed: false });
  expect(rejectedRows(bytes)).toBe(3);
});

test.each([
  ['a number', '{"userId":1,"quantity":0}', '1'],
  ['a long number', '{"userId":12345678901234567890,"quantity":0}', '12345678901234567890'],
  ['a number with a fraction of zeros', '{"userId":17850.0,"quantity":0}', '17850'],
  ['broken JSON', '{"userId":"ann"', 'ann'],
  ['broken JSON with a number', '{"userId": 17,', '17'],
  ['escapes', '{"userId":"\\u0061nn","quantity":0}', 'ann'],
  ['the first of two fields', '{"userId":"ann","userId":"bob","quantity":0}', 'ann'],
  ['a list', '{"userId":["ann"],"quantity":0}', 'ann'],
  ['an object', '{"userId":{"id":"ann"},"quantity":0}', 'ann'],
  ['a field of another name', '{"customer":"ann","productId":"1"}', 'ann'],
  ['no JSON', 'ann;lamp;3', 'ann'],
  ['a text alone', '"ann"', 'ann'],
  ['special characters', '{"userId":"a,b\\"c","quantity":0}', 'a,b"c'],
  ['another encoding', Buffer.from('{"userId":"ann","name":"\xfc"}', 'latin1'), 'ann'],
])('the user is found in %s', (_what, value, user) => {
  expect(rewrite(line(value), [user]).changed).toBe(true);
});

test.each([
  ['the product', '{"productId":"1"}', '1'],
  ['the product of another user', '{"userId":"2","productId":"1","quantity":0}', '1'],
  ['a number in a record of another user', '{"userId":"2","count":1,"quantity":0}', '1'],
  ['part of a word', 'anna;lamp', 'ann'],
  ['a tombstone', null, '1'],
  ['broken JSON of another user', '{"userId":"2","productId":"1"', '1'],
])('%s is not the user', (_what, value, user) => {
  expect(rewrite(line(value), [user])).toEqual({ changed: false });
});

test('the key of a record names its user', () => {
  expect(rewrite(line(null, { key: 'ann' }), ['ann']).changed).toBe(true);
  expect(rewrite(line(null, { key: 'anna' }), ['ann']).changed).toBe(false);
});

test('the field has the name of the configuration', () => {
  const text = line('{"user":"ann","userId":"bob","quantity":0}');
  expect(rewrite(text, ['ann'], { map: { userId: 'user' } }).changed).toBe(true);
  expect(rewrite(text, ['bob'], { map: { userId: 'user' } }).changed).toBe(false);
});

test('a later record is that of a new user', () => {
  expect(rewrite(line('{"userId":"ann","quantity":0}', { kafkaMs: 11 }), ['ann']).changed).toBe(false);
  expect(rewrite(line('{"userId":"ann","quantity":0}', { kafkaMs: -1 }), ['ann']).changed).toBe(true);
});

test('a line without bytes, as keyed ids leave it, is unchanged', () => {
  expect(rewrite('{"kafkaMs":5,"reason":"quantity","sha256":"ann"}\n', ['ann'])).toEqual({ changed: false });
});

test.each([
  ['a JSON text', '"ann"', true],
  ['an object', '{"userId":"ann"}', true],
  ['a field of another name', '{"customer":"ann"}', true],
  ['the object of another user', '{"userId":"anna"}', false],
  ['a product', '{"productId":"ann"}', false],
])('a key that is %s is searched like a value', (_what, key, isMasked) => {
  expect(rewrite(line(null, { key }), ['ann']).changed).toBe(isMasked);
});

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

test.each([
  ['UTF-16', Buffer.from('ann;lamp', 'utf16le')],
  ['UTF-16, big-endian', utf16be('ann;lamp')],
  ['JSON in UTF-16 with a mark', Buffer.from('\ufeff{"userId":"ann"}', 'utf16le')],
  ['JSON in UTF-16, big-endian', utf16be('{"userId":"ann"}')],
  ['UTF-16 after other bytes', Buffer.concat([Buffer.from([0, 0, 7]), Buffer.from('ann', 'utf16le')])],
  ['a record with a letter as the length', Buffer.from('\u0006Hann\u0008lamp')],
  ['bytes that are no UTF-8', Buffer.from([0x84, 0x95, 0x42, ...Buffer.from('annH')])],
])('the user is found in bytes: %s', (_what, value) => {
  expect(rewrite(line(value), ['ann']).changed).toBe(true);
  expect(rewrite(line(null, { key: value }), ['ann']).changed).toBe(true);
  expect(rewrite(line(value), ['bob']).changed).toBe(false);
});

test('in UTF-16 too, part of a word and the record of another user are not the user', () => {
  for (const text of ['{"userId":"anna","productId":"ann"}', '{"productId":"ann"}'])
    expect(rewrite(line(Buffer.from(text, 'utf16le')), ['ann']).changed).toBe(false);
});

test('a sweep compares the words of keys and values, in bytes also without a letter before them', () => {
  const text = line(Buffer.from('\u0006Hann'), { key: '"bob"' }) + line(Buffer.from('eve;x', 'utf16le'));
  expect([...wordsOfRejected(Buffer.from(text))]).toEqual(expect.arrayContaining(['ann', 'bob', 'eve']));
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSaleParser } from '../../../../lambdas/shared/sales/sale.ts';

const KAFKA_MS = Date.UTC(2026, 5, 1, 12);
const good = { userId: 'u1', productId: 'p1' };
const parseSale = createSaleParser({});

const parseText = (text: string, kafkaMs = KAFKA_MS) => parseSale(Buffer.from(text), kafkaMs);
const parseValue = (value: unknown, kafkaMs = KAFKA_MS) => parseText(JSON.stringify(value), kafkaMs);

/** The reason for which the value is rejected. */
function reason(value: unknown): string {
  const parsed = parseValue(value);
  return 'rejected' in parsed ? parsed.rejected : `accepted: ${JSON.stringify(parsed)}`;
}

test('a sale needs a user and a product; the rest has defaults', () => {
  expect(parseValue(good)).toEqual({
    user: 'u1',
    product: 'p1',
    quantity: 1,
    atMs: KAFKA_MS,
    type: 'purchase',
    orderId: undefined,
    price: undefined,
    productName: undefined,
  });
});

test('all fields are kept, and nothing else', () => {
  const sale = {
    ...good,
    quantity: -2.5,
    timestamp: '2026-05-31T10:00:00+02:00',
    type: 'view',
    orderId: 77,
    price: 9.5,
    productName: 'Blue lamp',
    email: 'a@b.c',
  };
  expect(parseValue(sale)).toEqual({
    user: 'u1',
    product: 'p1',
    quantity: -2.5,
    atMs: Date.UTC(2026, 4, 31, 8),
    type: 'view',
    orderId: '77',
    price: 9.5,
    productName: 'Blue lamp',
  });
});

test('ids that are numbers keep all their digits', () => {
  expect(parseText('{"userId":12345678901234567890,"productId":17850}')).toMatchObject({
    user: '12345678901234567890',
    product: '17850',
  });
});

test.each([
  ['an inner object', '{"userId":12345678901234567890,"productId":"p","items":[{"userId":7}]}'],
  ['an inner object before it', '{"a":{"userId":7},"userId" : 12345678901234567890,"productId":"p"}'],
  ['a string that looks like it', '{"a":"\\"userId\\":7","userId":12345678901234567890,"productId":"p"}'],
  ['an escaped name', '{"\\u0075serId":12345678901234567890,"productId":"p"}'],
  ['the same field before', '{"userId":1e30,"userId":12345678901234567890,"productId":"p"}'],
  [
    'a deep field next to it',
    `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)},"userId":12345678901234567890,"productId":"p"}`,
  ],
])('the digits of an id are those of the sale itself: %s', (_what, text) => {
  expect(parseText(text)).toMatchObject({ user: '12345678901234567890' });
});

test('a number beyond 2^53, or with a fraction, becomes an id as it is written', () => {
  expect(parseText('{"userId":1.5,"productId":1e400}')).toMatchObject({ user: '1.5', product: '1e400' });
});

test('a number with a fraction of zeros is its whole number, however long; text ids stay as they are', () => {
  expect(parseText('{"userId":17850.0,"productId":12345678901234567890.000}')).toMatchObject({
    user: '17850',
    product: '12345678901234567890',
  });
  expect(parseValue({ userId: '00123', productId: '17850.0' })).toMatchObject({
    user: '00123',
    product: '17850.0',
  });
});

test.each([
  ['"2"', 2],
  ['" -2.50 "', -2.5],
  ['"+.5"', 0.5],
  ['"1e2"', 100],
  ['"3."', 3],
  ['""', 1],
])('a quantity that is written as the text %s is %d', (text, quantity) => {
  expect(parseText(`{"userId":"u","productId":"p","quantity":${text}}`)).toMatchObject({ quantity });
});

test('a price that is text counts as its number, and a name that is a number as its digits', () => {
  const text = '{"userId":"u","productId":"p","price":"9.95","productName":12345678901234567890}';
  const sale = parseText(text);
  expect(sale).toMatchObject({ price: 9.95, productName: '12345678901234567890' });
  expect(sale).not.toHaveProperty('leftOut');
  expect(parseValue({ ...good, productName: 1984 })).toMatchObject({ productName: '1984' });
  expect(parseValue({ ...good, price: '' })).not.toHaveProperty('leftOut');
});

test.each([
  ['price', '"£3.50"', 'is "£3.50", should be a finite number'],
  ['price', '"nan"', 'is "nan", should be a finite number'],
  ['price', '1e999', 'is Infinity, should be a finite number'],
  ['price', '{"amount":1}', 'is an object, should be a finite number'],
  ['productName', '["lamp"]', 'is an array, should be a string of at most 1024 characters'],
  ['productName', '"\\ud800"', /is ".*", should be a string of at most 1024/],
  ['productName', `"${'x'.repeat(1025)}"`, /should be a string of at most 1024 characters/],
  ['productName', '1'.repeat(1025), /should be a string of at most 1024 characters/],
  ['orderId', '{"id":7}', 'is an object, should be a string of 1 to 256 characters or a number'],
  ['orderId', `"${'x'.repeat(257)}"`, /should be a string of 1 to 256 characters/],
])('a %s that cannot be read is left out, with the reason, and the sale is kept: %s', (field, value, why) => {
  const sale = parseText(`{"userId":"u","productId":"p","${field}":${value}}`);
  expect(sale).toMatchObject({ user: 'u', product: 'p', [field]: undefined });
  const reason = 'leftOut' in sale ? sale.leftOut : undefined;
  const expected = typeof why === 'string' ? `${field}: ${why}` : expect.stringMatching(why);
  expect(reason).toEqual([{ field, reason: expected }]);
});

test.each([
  ['2019-02-07T13:02:58+02', Date.UTC(2019, 1, 7, 11, 2, 58)],
  ['2019-02-07 13:02:17 +0100', Date.UTC(2019, 1, 7, 12, 2, 17)],
  ['2019-02-07 13:02:17.5 -01:30', Date.UTC(2019, 1, 7, 14, 32, 17, 500)],
  ['2019-02-07T13:02:17−02:00', Date.UTC(2019, 1, 7, 15, 2, 17)],
  ['2019-02-07 13:02:17 UTC', Date.UTC(2019, 1, 7, 13, 2, 17)],
  ['2019-02-07 13:02:17 GMT ', Date.UTC(2019, 1, 7, 13, 2, 17)],
  ['  2019-02-07T13:02:17Z\t', Date.UTC(2019, 1, 7, 13, 2, 17)],
  ['2019-02-07  13:02 Z', Date.UTC(2019, 1, 7, 13, 2)],
  ['20190207T130217,250+0100', Date.UTC(2019, 1, 7, 12, 2, 17, 250)],
  ['2019-02-07T13Z', Date.UTC(2019, 1, 7, 13)],
])('a moment that has one reading is read: %j', (timestamp, atMs) => {
  expect(parseValue({ ...good, timestamp })).toMatchObject({ atMs });
});

test('a text of a megabyte takes no longer than others', () => {
  const [digits, blanks] = ['1'.repeat(1_000_000), ' '.repeat(1_000_000)];
  const startedMs = performance.now();
  for (const text of [`${digits}x`, `${blanks}x`, `2019-02-07${blanks}x`, `2019-02-07T13:02:17.${digits}`])
    for (const field of ['quantity', 'price', 'timestamp', 'userId', 'productName'])
      parseValue({ ...good, [field]: text });
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

test('a Kafka timestamp that no date can represent is not used as the time of a sale', () => {
  expect(parseValue(good, 1.78e18)).toEqual({
    rejected: 'timestamp: is 1780000000000000000, should be ISO 8601 with a zone, or epoch milliseconds',
  });
  expect(parseValue({ ...good, timestamp: KAFKA_MS }, 1.78e18)).toMatchObject({ atMs: KAFKA_MS });
});

test('null in an optional field counts as absent', () => {
  expect(parseValue({ ...good, quantity: null, orderId: null, price: null, productName: '' })).toMatchObject({
    quantity: 1,
    user: 'u1',
  });
});

test('fields are read under the names in the field map', () => {
  const mapped = createSaleParser({ userId: 'user', productId: 'sku' });
  expect(mapped(Buffer.from('{"user":"a","sku":"b","userId":"x"}'), KAFKA_MS)).toMatchObject({
    user: 'a',
    product: 'b',
  });
  expect(mapped(Buffer.from('{"userId":"a","productId":"b"}'), KAFKA_MS)).toEqual({
    rejected: 'user: is missing, should be a string of 1 to 256 characters or a number',
  });
});

describe('a record is rejected with the reason', () => {
  test.each([
    [{ productId: 'p' }, 'userId: is missing, should be a string of 1 to 256 characters or a number'],
    [{ ...good, userId: '' }, 'userId: is "", should be a string of 1 to 256 characters or a number'],
    [{ ...good, productId: 'p'.repeat(257) }, /^productId: is "p{99}…, should be a string of 1 to 256/],
    [
      { ...good, productId: ['p'] },
      'productId: is an array, should be a string of 1 to 256 characters or a number',
    ],
    [{ ...good, quantity: 0 }, 'quantity: is 0, should be a finite number other than 0'],
    [{ ...good, quantity: 'two' }, 'quantity: is "two", should be a finite number other than 0'],
    [{ ...good, quantity: '0' }, 'quantity: is "0", should be a finite number other than 0'],
    [{ ...good, quantity: '1,5' }, 'quantity: is "1,5", should be a finite number other than 0'],
    [{ ...good, quantity: '0x10' }, 'quantity: is "0x10", should be a finite number other than 0'],
    [{ ...good, quantity: ' ' }, 'quantity: is " ", should be a finite number other than 0'],
    [{ ...good, quantity: true }, 'quantity: is true, should be a finite number other than 0'],
    [
      { ...good, timestamp: 'yesterday' },
      'timestamp: is "yesterday", should be ISO 8601 with a zone, or epoch milliseconds',
    ],
    [{ ...good, timestamp: '2026-06-01T12:00:00' }, /should be ISO 8601 with a zone/],
    [{ ...good, timestamp: '2026-02-30T12:00:00Z' }, /should be ISO 8601 with a zone/],
    [{ ...good, timestamp: 1.5 }, /should be ISO 8601 with a zone/],
    [{ ...good, timestamp: 0 }, 'timestamp: is 0, should be in 1990 or later'],
    [
      { ...good, timestamp: KAFKA_MS + 86_400_001 },
      /^timestamp: is 1780\d+, should be at most a day ahead of its record, 2026-06-01T12:00:00.000Z$/,
    ],
    [{ ...good, type: 7 }, 'type: is 7, should be a string of at most 64 characters'],
    [{ ...good, type: ['view'] }, 'type: is an array, should be a string of at most 64 characters'],
    [{ ...good, timestamp: '' }, 'timestamp: is "", should be ISO 8601 with a zone, or epoch milliseconds'],
    [{ ...good, timestamp: '01/02/2019' }, /should be ISO 8601 with a zone/],
    [{ ...good, timestamp: '2026-06-01T12:00:00 CET' }, /should be ISO 8601 with a zone/],
    [{ ...good, timestamp: '2026-0601T12:00:00Z' }, /should be ISO 8601 with a zone/],
    [{ ...good, timestamp: '2026-06-01T12:00:00+24' }, /should be ISO 8601 with a zone/],
    [[good], 'not an object: is an array, should be a JSON object'],
    [42, 'not an object: is 42, should be a JSON object'],
    [null, 'not an object: is null, should be a JSON object'],
  ])('%j', (value, expected) => {
    if (typeof expected === 'string') expect(reason(value)).toBe(expected);
    else expect(reason(value)).toMatch(expected);
  });

  test('if it is not JSON, not UTF-8, a tombstone, infinite, or half a surrogate pair', () => {
    expect(parseText('{"userId":')).toEqual({
      rejected: 'not JSON: is "{\\"userId\\":", should be a JSON object',
    });
    expect(parseSale(Buffer.from([0x7b, 0xff, 0x7d]), KAFKA_MS)).toEqual({
      rejected: 'not UTF-8: should be a JSON object in UTF-8',
    });
    expect(parseSale(undefined, KAFKA_MS)).toEqual({
      rejected: 'no value: is a tombstone, should be a JSON object',
    });
    expect(parseText('{"userId":"u","productId":"p","quantity":1e999}')).toEqual({
      rejected: 'quantity: is Infinity, should be a finite number other than 0',
    });
    expect(parseText('{"userId":"\\ud800","productId":"p"}')).toHaveProperty('rejected');
  });
});

test('a sale may be up to a day later than its record; if the record has no timestamp, any time is valid', () => {
  expect(parseValue({ ...good, timestamp: KAFKA_MS + 86_400_000 })).toHaveProperty('user');
  expect(parseValue({ ...good, timestamp: '2999-01-01T00:00:00Z' }, -1)).toHaveProperty('user');
  expect(parseValue(good, -1)).toEqual({ rejected: 'timestamp: is -1, should be in 1990 or later' });
});

test('a record is parsed or rejected, however deeply it is nested', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  for (const text of [
    deep,
    `{"userId":${deep},"productId":"p"}`,
    `{"userId":"u","productId":"p","type":${deep}}`,
  ])
    expect(parseText(text)).toHaveProperty('rejected');
});

test('any bytes are parsed or rejected, with the same result each time, and never throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => new TextEncoder().encode(text)),
      ),
      (bytes) => {
        const parsed = parseSale(Buffer.from(bytes), KAFKA_MS);
        expect(parseSale(Buffer.from(bytes), KAFKA_MS)).toEqual(parsed);
      },
    ),
    { seed: 2, numRuns: 500 },
  );
});

test('every moment in ISO 8601 is read as Date writes it', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2026, 5, 1) }), (ms) => {
      expect(parseValue({ ...good, timestamp: new Date(ms).toISOString() })).toMatchObject({ atMs: ms });
    }),
    { seed: 3 },
  );
});

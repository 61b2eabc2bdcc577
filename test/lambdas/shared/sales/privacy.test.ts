import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SALE_FIELDS } from '../../../../lambdas/shared/sales/field-map.ts';
import { createSaleParser, type ParseSale } from '../../../../lambdas/shared/sales/sale.ts';

const KAFKA_MS = Date.UTC(2026, 5, 1, 12);
const good = { userId: 'u1', productId: 'p1' };
const plain = createSaleParser({});
const refusing = createSaleParser({}, { userIds: 'plain', refusePersonal: true });
const keyed = createSaleParser({}, { userIds: 'keyed', refusePersonal: false });
const keyedRefusing = createSaleParser({}, { userIds: 'keyed', refusePersonal: true });

const header = (id: string) => [{ id: [...new Int8Array(Buffer.from(id))] }];
const parse = (parser: ParseSale, value: unknown, headers: unknown = []) =>
  parser(Buffer.from(JSON.stringify(value)), KAFKA_MS, headers);

const EVERY = {
  userId: 'ann@example.com',
  productId: '+49 171 1234567',
  orderId: '4111 1111 1111 1111',
  type: 'call 0171 1234567',
  productName: 'Voucher for bob@example.org',
};

describe('ids are stored as they came', () => {
  test('fields that look personal are counted by field and kind, and stored as they are', () => {
    expect(parse(plain, EVERY, header('+14155552671'))).toMatchObject({
      user: 'ann@example.com',
      product: '+49 171 1234567',
      orderId: '4111 1111 1111 1111',
      id: '+14155552671',
      type: 'call 0171 1234567',
      productName: 'Voucher for bob@example.org',
      looksPersonal: [
        { field: 'userId', kind: 'email' },
        { field: 'orderId', kind: 'card' },
        { field: 'id', kind: 'phone' },
        { field: 'productId', kind: 'phone' },
        { field: 'type', kind: 'phone' },
        { field: 'productName', kind: 'email' },
      ],
    });
  });

  test('a sale without such fields has no such list', () => {
    const sale = { ...good, orderId: '536365', productName: '12-pack 10x15 cm', type: 'view' };
    expect(parse(plain, sale, header('order-77-line-1'))).not.toHaveProperty('looksPersonal');
  });

  test('ids that are numbers count by their digits', () => {
    expect(parse(plain, { ...good, userId: 4111111111111111 })).toMatchObject({
      looksPersonal: [{ field: 'userId', kind: 'card' }],
    });
  });
});

describe('what looks personal is refused', () => {
  test.each([
    [{ ...good, userId: 'ann@example.com' }, 'userId: looks like an e-mail address'],
    [{ ...good, productId: '+49 171 1234567' }, 'productId: looks like a phone number'],
    [{ ...good, orderId: '4111111111111111' }, 'orderId: looks like a card number'],
    [{ ...good, type: 'ann@example.com' }, 'type: looks like an e-mail address'],
    [{ ...good, productName: 'for ann@example.com' }, 'productName: looks like an e-mail address'],
  ])('%j', (value, reason) => {
    expect(parse(refusing, value)).toMatchObject({
      rejected: `${reason}, should be without personal data`,
      isMasked: true,
    });
  });

  test('also in the header with the id of the sale; the reason has the name on the topic', () => {
    expect(parse(refusing, good, header('ann@example.com'))).toMatchObject({
      rejected: 'header id: looks like an e-mail address, should be without personal data',
    });
    const mapped = createSaleParser({ userId: 'customer' }, { userIds: 'plain', refusePersonal: true });
    expect(parse(mapped, { customer: 'ann@example.com', productId: 'p' })).toMatchObject({
      rejected: 'customer: looks like an e-mail address, should be without personal data',
      looksPersonal: [{ field: 'userId', kind: 'email' }],
    });
  });

  test('other sales are stored, and other faults have their reasons, masked before they are shortened', () => {
    expect(parse(refusing, good)).toEqual(parse(plain, good));
    expect(parse(refusing, { ...good, quantity: 'two' })).toEqual({
      rejected: 'quantity: is "two", should be a finite number other than 0',
      isMasked: true,
    });
    const long = `${'x'.repeat(90)} ann@example.com`;
    expect(parse(refusing, { ...good, quantity: long })).toMatchObject({
      rejected: `quantity: is "${'x'.repeat(90)} ***", should be a finite number other than 0`,
    });
    expect(refusing(Buffer.from('{"userId":"ann@example.com"'), KAFKA_MS)).toMatchObject({
      rejected: 'not JSON: is "{\\"userId\\":\\"***\\"", should be a JSON object',
      isMasked: true,
    });
    expect(parse(refusing, { ...good, type: 6200000000000005 })).toMatchObject({
      rejected: 'type: is a number, should be a string of at most 64 characters',
    });
    expect(parse(refusing, { ...good, price: 'ann@example.com' })).toMatchObject({
      leftOut: [{ field: 'price', reason: 'price: is "***", should be a finite number' }],
    });
  });
});

describe('ids are keyed', () => {
  test('ids of users, orders and sales may be anything; type and name are masked; only the product is counted', () => {
    expect(parse(keyed, EVERY, header('ann@example.com'))).toMatchObject({
      user: 'ann@example.com',
      orderId: '4111 1111 1111 1111',
      id: 'ann@example.com',
      product: '+49 171 1234567',
      type: 'call ***',
      productName: 'Voucher for ***',
      looksPersonal: [{ field: 'productId', kind: 'phone' }],
    });
  });

  test('only an id of a product is refused', () => {
    expect(parse(keyedRefusing, { ...EVERY, productId: 'p' }, header('ann@example.com'))).toHaveProperty(
      'user',
    );
    expect(parse(keyedRefusing, EVERY)).toEqual({
      rejected: 'productId: looks like a phone number, should be without personal data',
      looksPersonal: [{ field: 'productId', kind: 'phone' }],
    });
  });

  test.each([
    [{ ...good, userId: 'x'.repeat(300) }, 'userId: is 300 characters, should be a string of 1 to 256'],
    [{ ...good, userId: '' }, 'userId: is 0 characters, should be a string of 1 to 256'],
    [{ ...good, userId: ['x'] }, 'userId: is an array, should be'],
    [{ ...good, userId: { x: 1 } }, 'userId: is an object, should be'],
    [{ ...good, userId: true }, 'userId: is a boolean, should be'],
    [{ ...good, type: 7 }, 'type: is a number, should be a string of at most 64 characters'],
    [{ ...good, quantity: 0 }, 'quantity: is a number, should be a finite number other than 0'],
    [{ ...good, timestamp: 'x' }, 'timestamp: is 1 character, should be ISO 8601'],
    [{ ...good, timestamp: 7 }, 'timestamp: is a number, should be in 1990 or later'],
    [{ productId: 'p' }, 'userId: is missing, should be'],
    ['text', 'not an object: is 4 characters, should be a JSON object'],
    [7, 'not an object: is a number, should be a JSON object'],
    [null, 'not an object: is null, should be a JSON object'],
  ])('a reason has no value: %j', (value, reason) => {
    expect(parse(keyed, value)).toEqual({ rejected: expect.stringContaining(reason) });
  });
});

/**
 * Texts that no reason contains. Each is planted into each field and fault, with kinds of values that reasons show in
 * different ways.
 */
const PLANTED = [
  'Zyxwvut',
  'zq7x',
  'Qqq@zzz.example',
  '+49 171 7654321',
  '4929 7653 8846 2200',
  'Žižkov',
  '98761234',
];
const FORMS: readonly ((text: string) => unknown)[] = [
  (text) => text,
  (text) => [text],
  (text) => ({ [text]: text }),
  (text) => `${text} `.repeat(200),
  (text) => `${'x'.repeat(95)}${text}`,
  (text) => `\ud800${text}`,
  (text) => Number(text.replaceAll(/\D/g, '') || '7') * -1,
  (text) => Number(`${text.replaceAll(/\D/g, '') || '7'}e300`),
];

function* faults(text: string): Generator<{ readonly what: string; readonly value: Buffer | undefined }> {
  for (const [index, form] of FORMS.entries()) {
    const planted = form(text);
    for (const field of [...SALE_FIELDS, text])
      yield { what: `${field} ${index}`, value: Buffer.from(JSON.stringify({ ...good, [field]: planted })) };
    yield { what: `no object ${index}`, value: Buffer.from(JSON.stringify(planted)) };
    const json = JSON.stringify({ ...good, userId: planted });
    for (const cut of [json.slice(0, -1), `${json}x`, json.slice(1), text, `{"${text}":`])
      yield { what: `not JSON ${index}`, value: Buffer.from(cut) };
    yield { what: `not UTF-8 ${index}`, value: Buffer.concat([Buffer.from(json), Buffer.from([0xff])]) };
    yield { what: `UTF-16 ${index}`, value: Buffer.from(json, 'utf16le') };
  }
}

/** The reasons of a result, for its rejection or for fields that it is stored without. */
const reasonsOf = (result: ReturnType<ParseSale>): string[] =>
  'rejected' in result ? [result.rejected] : (result.leftOut ?? []).map(({ reason }) => reason);

const headersWith = (text: string): unknown[] => [
  [],
  header(text),
  header(text.repeat(100)),
  [{ id: text }],
  [{ id: [...Buffer.from(text), -1] }],
  [{ [text]: [1] }],
];

function collectReasons(parser: ParseSale, text: string): string[] {
  const reasons: string[] = [];
  for (const { value } of faults(text))
    for (const headers of headersWith(text))
      for (const kafkaMs of [KAFKA_MS, -1, 1.78e18])
        reasons.push(...reasonsOf(parser(value, kafkaMs, headers)));
  reasons.push(...reasonsOf(parser(undefined, KAFKA_MS, header(text))));
  return reasons;
}

test.each(PLANTED)('if ids are keyed, no reason has any part of %s, wherever it was planted', (text) => {
  const parts = [text, JSON.stringify(text).slice(1, -1), text.replaceAll(/\D/g, ''), text.slice(0, 4)];
  const reasons = collectReasons(keyed, text);
  expect(reasons.length).toBeGreaterThan(500);
  for (const reason of reasons)
    for (const part of parts.filter((part) => part.length >= 4)) expect(reason).not.toContain(part);
  // The search finds it where values are shown.
  expect(collectReasons(plain, text).some((reason) => reason.includes(text.slice(0, 4)))).toBe(true);
});

test('if personal data is refused, no reason has a planted address, phone or card', () => {
  for (const text of PLANTED.slice(2, 5)) {
    const compact = text.replaceAll(' ', '');
    // UTF-16 that is read as UTF-8.
    for (const reason of [...collectReasons(refusing, text), ...collectReasons(refusing, compact)]) {
      expect(reason).not.toContain(text.slice(0, 12));
      expect(reason).not.toContain(compact.slice(0, 12));
      expect(reason.replaceAll('\\u0000', '')).not.toContain(compact.slice(0, 12));
    }
  }
});

test('if ids are keyed, the reason for any record depends only on the form of its values', () => {
  const value = fc.oneof(fc.string({ minLength: 3 }), fc.constantFrom('ann@example.com', 'Ann Smith'));
  fc.assert(
    fc.property(value, fc.constantFrom(...SALE_FIELDS), (text, field) => {
      const other = 'y'.repeat(text.length);
      const [a, b] = [text, other].map((content) =>
        reasonsOf(parse(keyed, { ...good, quantity: 'two', [field]: { [content]: content } })),
      );
      expect(a).toEqual(b);
    }),
    { seed: 31 },
  );
});

test('the result is a function of the record and the configuration', () => {
  for (const parser of [plain, refusing, keyed, keyedRefusing])
    for (const text of PLANTED)
      for (const { value } of faults(text))
        expect(parser(value, KAFKA_MS, header(text))).toEqual(parser(value, KAFKA_MS, header(text)));
});

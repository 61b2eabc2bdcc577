import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSale } from '../../../lambdas/collect/sale-of-request.ts';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import { isSaleId } from '../../../lambdas/shared/sales/sale-id.ts';

const NOW = Date.UTC(2026, 5, 1);
const FIELD_MAP = { userId: 'user', productId: 'userId', price: 'p' };
const onTopic = createSaleParser(FIELD_MAP);

const hostile = fc.oneof(
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    '\ud800',
    '1e3',
    '£3',
    0,
    -0,
    Number.MAX_VALUE,
    -5e-324,
    2 ** 53,
    2 ** 53 - 1,
    17850.5,
  ),
  fc.constantFrom(null, true, {}, [], '2026-05-31T12:00:00Z', NOW, NOW + 86_400_001, 631_151_999_999),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.double(),
);
const usual = fc.constantFrom('ann', 'lamp', 7, '2026-05-31T12:00:00Z', undefined);
const NAMES = [
  'userId',
  'productId',
  'quantity',
  'timestamp',
  'type',
  'orderId',
  'price',
  'productName',
  'id',
  'user',
  'x',
];
const sales = fc
  .record(Object.fromEntries(NAMES.map((name) => [name, fc.oneof({ weight: 3, arbitrary: usual }, hostile)])))
  .map((fields) => JSON.stringify({ ...fields, quantity: fields.quantity === 'ann' ? 2 : fields.quantity }));

test('a number that JSON.parse makes infinite is refused, and does not become the default', () => {
  const context = { nowMs: NOW, onlyUser: undefined, parseSale: createSaleParser({}) };
  for (const field of ['quantity', 'userId', 'price']) {
    const text = JSON.stringify({ userId: 'ann', productId: 'lamp', [field]: 12345 }).replace(
      '12345',
      '-1e999',
    );
    expect(readSale({ value: JSON.parse(text) as unknown, text }, {}, context)).toEqual({
      refused: `${field}: is -Infinity, should be a finite number`,
    });
  }
});

test('the topic parses whatever is accepted, without anything left out, and gives the same sale; all else has a reason', () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(sales, fc.json()), (text) => {
      const context = { nowMs: NOW, onlyUser: undefined, parseSale: createSaleParser({}) };
      const sale = readSale({ value: JSON.parse(text) as unknown, text }, FIELD_MAP, context);
      if ('refused' in sale) {
        expect(sale.refused).toMatch(/: .*should be |: should be /s);
        return;
      }
      accepted += 1;
      const stored = onTopic(sale.value, NOW);
      expect(stored).toEqual(createSaleParser({})(Buffer.from(text), NOW));
      expect(stored).toMatchObject({ user: sale.key });
      expect(stored).not.toHaveProperty('leftOut');
      expect(sale.id === undefined || isSaleId(sale.id)).toBe(true);
    }),
    { seed: 15, numRuns: 20_000 },
  );
  expect(accepted).toBeGreaterThan(200);
});

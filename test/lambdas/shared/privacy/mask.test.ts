import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MASK, maskBytes, maskPersonal } from '../../../../lambdas/shared/privacy/mask.ts';
import { findPersonal } from '../../../../lambdas/shared/privacy/personal.ts';

const PLANTED = ['ann@example.com', '+49 171 1234567', '4111 1111 1111 1111', '0171 1234567'];

test.each([
  ['Voucher for ann@example.com, 20 EUR', 'Voucher for ***, 20 EUR'],
  ['call +49 171 1234567 or 0171 1234567', 'call *** or ***'],
  ['4111111111111111', '***'],
  ['Blue lamp, 12-pack 10x15 cm', 'Blue lamp, 12-pack 10x15 cm'],
  ['', ''],
])('%j becomes %j', (text, masked) => {
  expect(maskPersonal(text, 'product')).toBe(masked);
});

test('a masked text has nothing personal, is not longer, and stays as it is when masked again', () => {
  const piece = fc.constantFrom(
    ...PLANTED,
    ...['@', '.', '-', ' ', '(', '+', '0', '41', 'a', 'b.co', '@x.de', '1', '*', 'é', '😀', '\ud800'],
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 25 }),
      fc.constantFrom('person', 'product'),
      (pieces, subject) => {
        const text = pieces.join('');
        const masked = maskPersonal(text, subject);
        expect(findPersonal(masked, subject)).toEqual([]);
        expect(masked.length).toBeLessThanOrEqual(text.length);
        expect(maskPersonal(masked, subject)).toBe(masked);
        if (findPersonal(text, subject).length === 0) expect(masked).toBe(text);
      },
    ),
    { seed: 21, numRuns: 3000 },
  );
});

const masked = (text: string): string | undefined => maskBytes(Buffer.from(text))?.toString();

test('in JSON, strings, names and numbers are masked; all other bytes stay', () => {
  expect(
    masked(
      '{ "userId" : "ann\\u0040example.com",\n "ann@example.com": [4111111111111111, -1.50, 1e3],"é":"\\n+49 171 1234567" }',
    ),
  ).toBe('{ "userId" : "***",\n "***": ["***", -1.50, 1e3],"é":"\\n***" }');
  const untouched = Buffer.from('{"userId":"ann" , "price":1.50}');
  expect(maskBytes(untouched)).toBe(untouched);
});

test('text that is not JSON is masked as it is', () => {
  expect(masked('{"userId":"ann@example.com"')).toBe('{"userId":"***"');
  expect(masked('{"userId":"ann\\u0040example.com"')).toBe('{"userId":"***"');
  expect(masked('ann@example.com;4111111111111111')).toBe('***;***');
});

test('bytes that cannot be searched are not kept', () => {
  expect(maskBytes(Buffer.from('ann@example.com', 'utf16le'))).toBeUndefined();
  expect(maskBytes(Buffer.from([0x7b, 0xff]))).toBeUndefined();
});

test('any JSON stays the same JSON, apart from what looks personal', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom(...PLANTED, 'a\\b"c', '\u2028'));
  fc.assert(
    fc.property(fc.jsonValue(), fc.dictionary(text, text, { maxKeys: 5 }), (value, object) => {
      const bytes = maskBytes(Buffer.from(JSON.stringify([value, object])));
      const parsed: unknown = JSON.parse(bytes?.toString() ?? '[]');
      expect(JSON.stringify(parsed)).toContain('[');
      for (const planted of PLANTED) expect(bytes?.toString()).not.toContain(planted);
      const isClean = (item: unknown): boolean => findPersonal(JSON.stringify(item), 'person').length === 0;
      if (isClean(value) && isClean(object))
        expect(parsed).toEqual(JSON.parse(JSON.stringify([value, object])));
    }),
    { seed: 22, numRuns: 500 },
  );
});

test('a megabyte is masked in seconds', () => {
  const before = process.cpuUsage();
  for (const pattern of ['ann@example.com ', '4111 1111 1111 1111 ', '"', '\\"', '{"a":', '+491711234567'])
    for (const text of [pattern, JSON.stringify(pattern)])
      maskBytes(Buffer.from(text.repeat(Math.ceil(1_000_000 / text.length))));
  maskBytes(Buffer.from(JSON.stringify({ a: '\\"'.repeat(400_000), b: 'ann@example.com '.repeat(30_000) })));
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10);
  expect(MASK).toBe('***');
});

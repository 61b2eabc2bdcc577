import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasLuhnDigit, isGtin } from '../../../../lambdas/shared/privacy/card-number.ts';
import { findPersonal, personalKind, type Subject } from '../../../../lambdas/shared/privacy/personal.ts';

/** The parts that look personal, as text, with their kinds. */
const found = (text: string, subject: Subject = 'person'): string[] =>
  findPersonal(text, subject).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);

describe('an e-mail address', () => {
  test.each([
    'ann@example.com',
    'Ann.O’Neil@example.com'.replace('’', "'"),
    'ann+shop@mail.example.co.uk',
    'a@b.co',
    '123@163.com',
    'müller@münchen.de',
    '李雷@例子.中国',
    'ann@xn--mnchen-3ya.de',
    'ann@example.xn--p1ai',
    'ann%40example.com',
    'ann\\u0040example.com',
    'ann＠example.com',
    'ann_01-x@sub-domain.example.museum',
  ])('%s', (text) => {
    expect(found(text)).toEqual([`email: ${text}`]);
    expect(found(text, 'product')).toEqual([`email: ${text}`]);
  });

  test('is found in a text, without the text around it', () => {
    expect(found('mail <ann@example.com>, or bob@example.org.')).toEqual([
      'email: ann@example.com',
      'email: bob@example.org',
    ]);
    expect(found('{"userId":"ann@example.com","x":1}')).toEqual(['email: ann@example.com']);
    expect(found('user:ann@example.com/7')).toEqual(['email: ann@example.com']);
  });

  test.each([
    'ann@localhost',
    '@ann',
    'ann@',
    '@example.com',
    'a@b.c',
    'lamp @ 3.99',
    'lamp@3.99',
    'react@18.2.0',
    'package@1.2.3-beta.next',
    'tool@v2.10.0-rc.one',
    '50 % @ 40 cm',
    'a@@b',
  ])('%s has none', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('a phone number', () => {
  test.each([
    '+491711234567',
    '+49 171 1234567',
    '+49 (0) 171 123-4567',
    '+49 (171) 123 45 67',
    '+1 415 555 2671',
    '+1 (415) 555-2671',
    '+14155552671',
    '+33 6 12 34 56 78',
    '+44 20 7946 0958',
    '+86 138 1234 5678',
    '+7 (912) 345-67-89',
    '+55 11 91234-5678',
    '+354 555 1234',
    '+91 98765 43210',
    '0049 171 1234567',
    '00491711234567',
    '0171 1234567',
    '0171-1234567',
    '0171/1234567',
    '020 7946 0958',
    '07911 123456',
    '06 12 34 56 78',
    '06.12.34.56.78',
    '03-1234-5678',
    '(415) 555-2671',
    '(030) 1234567',
    '(11) 91234-5678',
    '415-555-2671',
    '415.555.2671',
    '1-800-555-0199',
    '138 1234 5678',
  ])('%s', (text) => {
    expect(found(text)).toEqual([`phone: ${text}`]);
  });

  test('is found in a text, without the text around it', () => {
    expect(found('call +49 171 1234567, ask for Ann')).toEqual(['phone: +49 171 1234567']);
    expect(found('tel:+14155552671')).toEqual(['phone: +14155552671']);
    expect(found('whatsapp+14155552671')).toEqual(['phone: +14155552671']);
    expect(found('Hotline (0171 1234567)')).toEqual(['phone: 0171 1234567']);
    expect(found('8 (912) 345-67-89')).toEqual(['phone: (912) 345-67-89']);
    expect(found('u_+491711234567')).toEqual(['phone: +491711234567']);
  });

  test.each([
    '17850',
    '4155552671',
    '13812345678',
    '01711234567',
    '1764467718123',
    '0000017850',
    '0000123456789',
    '+1 234 5678',
    '+10 12345678',
    '-52.520008, 13.404954',
    '+52.5200',
    '192.168.100.200',
    '10.0.123.4567',
    '2026-11-30',
    '2026-11-30 01-41-58',
    '01.02.2026 10.30',
    '30/11/2026 12345',
    '20261130-0001234',
    '2026-11-30T01:41:58+01:00',
    '1.2.3.4',
    '1.22.333.4444',
    '0-596-51774-2',
    '978-0-306-40615-7',
    '123-1234567-1234567',
    '04-12345-67890',
    '12-pack 10x15 cm',
    'Sizes 36 37 38 39 40 41',
    '220-240 V, 50-60 Hz, 1000-2000 W',
    'Lego 75192, 7541 pieces',
    '550e8400-e29b-41d4-a716-446655440000',
    'eeaca053-1308-4935',
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    '100 200 300 400',
  ])('%s is none', (text) => {
    expect(found(text)).toEqual([]);
    expect(found(text, 'product')).toEqual([]);
  });

  test('digits after 00 without separators are one for people only: numbers of products are padded with zeros', () => {
    expect(personalKind('00491711234567', 'product')).toBeUndefined();
    expect(personalKind('0049 171 1234567', 'product')).toBe('phone');
  });
});

describe('a card number', () => {
  test.each([
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '4222222222222',
    '4000000000000000006',
    '5555555555554444',
    '2223003122003222',
    '378282246310005',
    '3782 822463 10005',
    '30569309025904',
    '3056 930902 5904',
    '3530111333300000',
    '6011111111111117',
    '6200000000000005',
    '6759649826438453',
    '2200770239097761',
  ])('%s', (text) => {
    expect(found(text)).toEqual([`card: ${text}`]);
  });

  test('is found in a text, without the text around it', () => {
    expect(found('card 4111 1111 1111 1111 05/27')).toEqual(['card: 4111 1111 1111 1111']);
    expect(found('12 4111 1111 1111 1111')).toEqual(['card: 4111 1111 1111 1111']);
    expect(found('user-4111111111111111')).toEqual(['card: 4111111111111111']);
    expect(found('cc4111111111111111')).toEqual(['card: 4111111111111111']);
    expect(found('\\n4111 1111 1111 1111 \\u00e92223003122003222')).toEqual([
      'card: 4111 1111 1111 1111',
      'card: 2223003122003222',
    ]);
    expect(found('4111 1111 1111 1111 1111')).toEqual(['card: 4111 1111 1111 1111']);
  });

  test.each([
    ['a wrong check digit', '4111111111111112'],
    ['no network of this length', '41111111111111111'],
    ['first digits of no network', '1234567812345670'],
    ['a time in microseconds', '1764467718123458'],
    ['digits of a longer number', '41111111111111110000000'],
    ['digits of a hash', 'e29b4111111111111111'],
    ['letters after it', '4111111111111111a'],
    ['groups of another kind', '41111111 11111111'],
    ['a UUID', '41111111-1111-1111-8111-111111111111'],
  ])('%s is none: %s', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  test('the number of a product is none if it has the check digit of a GTIN', () => {
    const both = '4000000000006';
    expect([hasLuhnDigit(both), isGtin(both)]).toEqual([true, true]);
    expect(found(both, 'product')).toEqual([]);
    expect(found(both)).toEqual([`card: ${both}`]);
    expect(found('4222222222222', 'product')).toEqual(['card: 4222222222222']);
    expect(isGtin('4006381333931')).toBe(true);
    expect(isGtin('4006381333932')).toBe(false);
  });
});

test('a part that overlaps another one is joined with it, and has its kind', () => {
  expect(found('0171 1234567.ann@example.com')).toEqual(['phone: 0171 1234567.ann@example.com']);
});

test('parts are in order, do not overlap, and what looks personal for a product does so for a person', () => {
  const piece = fc.constantFrom(
    ...['+49 171 1234567', '4111 1111 1111 1111', 'ann@example.com', '4006381333931', '00491711234567'],
    ...['@', '.', '-', ' ', '(', ')', '+', '0', '41', '555', '%40', 'a', 'é', '😀', '\ud800', '\n', '中'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      const parts = findPersonal(text, 'person');
      parts.forEach(({ start, end }, index) => {
        expect(start).toBeGreaterThanOrEqual(parts[index - 1]?.end ?? 0);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
      });
      if (findPersonal(text, 'product').length > 0) expect(parts).not.toEqual([]);
    }),
    { seed: 16, numRuns: 2000 },
  );
});

test('a number or an address between blanks is found, whatever text is around it', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'Z', 'é', '中', '😀', ',', ';', '"', '<', '\n'),
    maxLength: 40,
  });
  const personal = fc.constantFrom(
    '+49 171 1234567',
    '4111 1111 1111 1111',
    'ann@example.com',
    '0171 1234567',
  );
  fc.assert(
    fc.property(text, personal, text, (before, part, after) => {
      expect(found(`${before} ${part} ${after}`)).toEqual([expect.stringContaining(`: ${part}`)]);
    }),
    { seed: 17, numRuns: 500 },
  );
});

test('a card number of any network is found, in one or in groups; with another check digit it is not', () => {
  const prefix = fc.constantFrom('4', '51', '55', '2221', '2720', '35', '6011', '65', '62');
  const rest = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 15, maxLength: 15 });
  fc.assert(
    fc.property(prefix, rest, fc.integer({ min: 1, max: 9 }), (start, digits, other) => {
      const body = `${start === '35' ? '3528' : start}${digits.join('')}`.slice(0, 15);
      const check = [...Array(10).keys()].find((digit) => hasLuhnDigit(`${body}${digit}`)) ?? 0;
      const card = `${body}${check}`;
      const grouped = card.replaceAll(/(\d{4})(?=\d)/g, '$1 ');
      expect(found(card)).toEqual([`card: ${card}`]);
      expect(found(grouped)).toEqual([`card: ${grouped}`]);
      expect(personalKind(`${body}${(check + other) % 10}`, 'person')).not.toBe('card');
    }),
    { seed: 18, numRuns: 500 },
  );
});

test('time is linear in the length of the text, whatever is in it', () => {
  const patterns = [
    ...['@', 'a@', 'a@b.', 'a.b@c.d-', '1', '1 ', '+1', '+1 ', '(1', '0', '01 ', '00', '1-', '4111 ', '4'],
    ...[
      '4111 1111 1111 1111 ',
      'a1',
      '-',
      ' ',
      '+',
      '%40',
      '\\u0040',
      '@a.a.a.a',
      'é@',
      'xn--',
      '1234567890123456789 ',
    ],
  ];
  const before = process.cpuUsage();
  for (const pattern of patterns)
    for (const length of [256, 1024, 1_000_000])
      findPersonal(pattern.repeat(Math.ceil(length / pattern.length)), 'person');
  // Seconds of this process: others may use the machine.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10);
});

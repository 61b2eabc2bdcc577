import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { personalKind, type Subject } from '../../../../lambdas/shared/privacy/personal.ts';
import { type Random, seeded } from '../../../../local/shop/random.ts';

/**
 * Measures how often ids that are not personal look so by chance. The shares in `docs/privacy.md` were measured in the same way with 100,000
 * ids of each kind; the bounds leave room for other seeds.
 */
const COUNT = 20_000;

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.below(10)).join('');
const hex = (random: Random): string => createHash('md5').update(String(random.unit())).digest('hex');
const uuid = (random: Random): string =>
  hex(random).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5');
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ulid = (random: Random): string =>
  `01J${Array.from({ length: 23 }, () => CROCKFORD[random.below(32)]).join('')}`;
/** The digit that GS1 adds to the digits before it. */
const withGtinDigit = (body: string): string => {
  const sum = [...body]
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
};
const epochMs = (random: Random): number => Date.UTC(2024, 0, 1) + random.below(2 * 365 * 86_400_000);
const stamp = (random: Random): string => new Date(epochMs(random)).toISOString().replaceAll(/\D/g, '');
const padded = (random: Random, width: number): string =>
  String(random.below(10 ** Math.min(width, 8))).padStart(width, '0');

type Population = readonly [name: string, subject: Subject, make: (random: Random) => string, most: number];

const POPULATIONS: readonly Population[] = [
  ['numbers of up to 8 digits', 'person', (random) => String(random.below(1e8)), 0],
  ['numbers padded with zeros to 10 digits', 'person', (random) => padded(random, 10), 0],
  ['numbers padded with zeros to 12 digits', 'person', (random) => padded(random, 12), 0],
  [
    'numbers of 9 to 12 digits',
    'person',
    (random) => `${1 + random.below(9)}${digits(random, 8 + random.below(4))}`,
    0,
  ],
  ['UUIDs', 'person', uuid, 0],
  ['32 hexadecimal digits', 'person', hex, 0],
  ['ULIDs', 'person', ulid, 0],
  ['epoch ms', 'person', (random) => String(epochMs(random)), 0],
  ['epoch µs', 'person', (random) => `${epochMs(random)}${digits(random, 3)}`, 0],
  ['times such as 20261130014158123', 'person', stamp, 0],
  [
    'a date and a number: 20261130-004711',
    'person',
    (random) => `${stamp(random).slice(0, 8)}-${digits(random, 6)}`,
    0,
  ],
  [
    'a date and a number: 2026-11-30-004711',
    'person',
    (random) => `${new Date(epochMs(random)).toISOString().slice(0, 10)}-${digits(random, 6)}`,
    0,
  ],
  [
    'order numbers of 3-7-7 digits',
    'person',
    (random) => `${digits(random, 3)}-${digits(random, 7)}-${digits(random, 7)}`,
    0,
  ],
  [
    'order numbers of 2-5-5 digits',
    'person',
    (random) => `${digits(random, 2)}-${digits(random, 5)}-${digits(random, 5)}`,
    0,
  ],
  [
    'ids of 18 and 19 digits that begin with a time (1…)',
    'person',
    (random) => `1${digits(random, 17 + random.below(2))}`,
    0,
  ],
  ['EAN-13', 'product', (random) => withGtinDigit(digits(random, 12)), 0],
  ['ISBN-13', 'product', (random) => withGtinDigit(`978${digits(random, 9)}`), 0],
  ['GTIN-14', 'product', (random) => withGtinDigit(digits(random, 13)), 0],
  ['UPC of 12 digits', 'product', (random) => digits(random, 12), 0],
  [
    'article numbers such as AB-1234-567',
    'product',
    (random) => `AB-${digits(random, 4)}-${digits(random, 3)}`,
    0,
  ],
  ['IP addresses', 'person', (random) => [0, 0, 0, 0].map(() => random.below(256)).join('.'), 0],
  ['versions', 'product', (random) => `v${random.below(30)}.${random.below(30)}.${random.below(1000)}`, 0],
  [
    'sizes in names',
    'product',
    (random) =>
      `${random.below(50)}-pack ${random.below(99)}x${random.below(99)} cm, ${random.below(999)}.${digits(random, 2)} EUR`,
    0,
  ],
  // These have the form of a phone or card number by chance.
  ['EAN-13 in place of a user or order', 'person', (random) => withGtinDigit(digits(random, 12)), 0.02],
  ['numbers of 13 digits', 'person', (random) => `${1 + random.below(9)}${digits(random, 12)}`, 0.015],
  ['numbers of 13 digits that begin with 4', 'person', (random) => `4${digits(random, 12)}`, 0.11],
  ['numbers of 14 digits', 'person', (random) => `${1 + random.below(9)}${digits(random, 13)}`, 0.006],
  ['numbers of 15 digits', 'person', (random) => `${1 + random.below(9)}${digits(random, 14)}`, 0.004],
  ['numbers of 16 digits', 'person', (random) => `${1 + random.below(9)}${digits(random, 15)}`, 0.035],
  ['numbers of 17 digits', 'person', (random) => `${1 + random.below(9)}${digits(random, 16)}`, 0.004],
  ['numbers of 19 digits', 'person', (random) => `${1 + random.below(9)}${digits(random, 18)}`, 0.025],
  ['order numbers of 5-5 digits', 'person', (random) => `${digits(random, 5)}-${digits(random, 5)}`, 0.1],
  [
    'numbers of 3-3-4 digits',
    'product',
    (random) => `${digits(random, 3)}-${digits(random, 3)}-${digits(random, 4)}`,
    0.9,
  ],
];

test.each(POPULATIONS)('few enough %s (%s) look personal', (name, subject, make, most) => {
  const random = seeded(name.length);
  let count = 0;
  for (let index = 0; index < COUNT; index++) if (personalKind(make(random), subject)) count += 1;
  expect(count / COUNT).toBeLessThanOrEqual(most);
  if (most > 0) expect(count).toBeGreaterThan(0);
});

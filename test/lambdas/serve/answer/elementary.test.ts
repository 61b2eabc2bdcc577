import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { decay, exp2, ln, log1p, pow } from '../../../../lambdas/serve/answer/elementary.ts';

/** Inputs and results of the Spark job's `Elementary`, as the bits of doubles in hexadecimal. */
const Bits = z.string().regex(/^[0-9a-f]{16}$/);
const fixture = z
  .object({
    exp2: z.array(z.tuple([Bits, Bits])).min(40),
    ln: z.array(z.tuple([Bits, Bits])).min(40),
    log1p: z.array(z.tuple([Bits, Bits])).min(40),
    pow: z.array(z.tuple([Bits, Bits, Bits])).min(40),
  })
  .parse(JSON.parse(readFileSync('test/fixtures/elementary.json', 'utf8')));

const numberOf = (bits: string): number => Buffer.from(bits, 'hex').readDoubleBE();

function bitsOf(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

test.each([
  ['exp2', exp2],
  ['ln', ln],
  ['log1p', log1p],
] as const)('%s has the same bits as in the Spark job', (name, compute) => {
  for (const [x, result] of fixture[name]) expect([x, bitsOf(compute(numberOf(x)))]).toEqual([x, result]);
});

test('pow has the same bits as in the Spark job', () => {
  for (const [base, exponent, result] of fixture.pow)
    expect([base, exponent, bitsOf(pow(numberOf(base), numberOf(exponent)))]).toEqual([
      base,
      exponent,
      result,
    ]);
});

test('half-lives are exact: 1, a half, a quarter', () => {
  expect([0, 6, 12].map((age) => decay(age, 6))).toEqual([1, 0.5, 0.25]);
});

test('results are within two units in the last place of those of the engine', () => {
  for (let at = 1; at < 2000; at++) {
    const x = at / 97;
    expect(Math.abs(ln(x) / Math.log(x) - 1) || 0).toBeLessThan(1e-15);
    expect(Math.abs(exp2(-x) / 2 ** -x - 1)).toBeLessThan(5e-16);
  }
});

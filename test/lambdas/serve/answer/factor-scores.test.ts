import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFactorScores } from '../../../../lambdas/serve/answer/factor-scores.ts';
import { dotFloats } from '../../../../lambdas/serve/answer/linear.ts';

const bitsOf = (values: Float32Array): number[] => [...new Uint32Array(values.slice().buffer)];

test('scores have the bits of dot products, for every rank and any numbers', () => {
  const value = fc.oneof(fc.float({ noNaN: true, min: -10, max: 10 }), fc.constantFrom(0, -0, 1e-45, 1e20));
  const shop = fc.integer({ min: 1, max: 70 }).chain((rank) =>
    fc.record({
      rank: fc.constant(rank),
      user: fc.array(value, { minLength: rank, maxLength: rank }),
      products: fc.array(fc.array(value, { minLength: rank, maxLength: rank }), { maxLength: 9 }),
    }),
  );
  fc.assert(
    fc.property(shop, ({ rank, user, products }) => {
      const factors = Float32Array.from(products.flat());
      // Every second product, to see that numbers are not places.
      const numbers = Int32Array.from(products.keys()).filter((number) => number % 2 === 0);
      const { scores, fill } = createFactorScores(factors, numbers, rank);
      const factor = Float32Array.from(user);
      fill(factor);
      const expected = Float32Array.from(numbers, (number) =>
        dotFloats(factor, factors, number * rank, rank),
      );
      expect(bitsOf(scores)).toEqual(bitsOf(expected));
    }),
  );
});

test('values after the last whole four are added to the first sum', () => {
  for (let rank = 1; rank < 70; rank++) {
    const factors = Float32Array.from({ length: 20 * rank }, (_, at) => Math.sin(at + rank));
    const factor = Float32Array.from({ length: rank }, (_, at) => Math.cos(at + rank));
    const { scores, fill } = createFactorScores(
      factors,
      Int32Array.from({ length: 20 }, (_, row) => row),
      rank,
    );
    fill(factor);
    const expected = Float32Array.from(scores, (_, row) => dotFloats(factor, factors, row * rank, rank));
    expect([rank, bitsOf(scores)]).toEqual([rank, bitsOf(expected)]);
  }
});

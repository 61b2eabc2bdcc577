import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cumulate, type Random, seeded } from '../../../local/shop/random.ts';

const draw = <Drawn>(count: number, next: () => Drawn): Drawn[] => Array.from({ length: count }, next);

/** Returns the share of the draws that are this index. */
const shareOf = (index: number, drawn: readonly number[]): number =>
  drawn.filter((other) => other === index).length / drawn.length;

test('the generator is Mulberry32, so that any machine can repeat the sequence', () => {
  const { unit } = seeded(0);
  expect(draw(3, unit)).toEqual([0.26642920868471265, 0.0003297457005828619, 0.2232720274478197]);
});

test('the same seed gives the same sequence and the next seed another; only the last 32 bits of a seed count', () => {
  const sequence = (seed: number) => draw(100, seeded(seed).unit);
  expect(sequence(7)).toEqual(sequence(7));
  expect(sequence(7)).not.toEqual(sequence(8));
  expect(sequence(7)).toEqual(sequence(2 ** 32 + 7));
});

test('for every seed, units are in [0, 1) and whole numbers in [0, below)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      fc.integer({ min: 1, max: 1000 }),
      (seed, below) => {
        const random = seeded(seed);
        for (const unit of draw(20, random.unit)) expect(unit >= 0 && unit < 1).toBe(true);
        for (const number of draw(20, () => random.below(below)))
          expect(Number.isInteger(number) && number >= 0 && number < below).toBe(true);
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test('a chance comes true as often as its probability says: never at 0, always at 1', () => {
  const random = seeded(1);
  const hits = (probability: number) => draw(10_000, () => random.chance(probability)).filter(Boolean).length;
  expect(hits(0)).toBe(0);
  expect(hits(1)).toBe(10_000);
  expect(hits(0.25) / 10_000).toBeCloseTo(0.25, 1);
});

test('an index is drawn by its weight, and never if the weight is 0', () => {
  const random: Random = seeded(1);
  const sums = cumulate([1, 0, 3, 0]);
  const drawn = draw(10_000, () => random.weighted(sums));
  expect([shareOf(0, drawn), shareOf(2, drawn)].map((share) => Math.round(share * 100) / 100)).toEqual([
    0.25, 0.75,
  ]);
  expect([shareOf(1, drawn), shareOf(3, drawn)]).toEqual([0, 0]);
});

test('cumulate returns running sums', () => {
  expect(cumulate([1, 0, 2.5])).toEqual([1, 1, 3.5]);
  expect(cumulate([])).toEqual([]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cumulate, type Random, seeded } from '../../../local/shop/random.ts';

const draw = <Drawn>(count: number, next: () => Drawn): Drawn[] => Array.from({ length: count }, next);

/** The share of draws that are this index. */
const shareOf = (index: number, drawn: readonly number[]): number =>
  drawn.filter((other) => other === index).length / drawn.length;

test('it is Mulberry32, so any machine can repeat the sequence', () => {
  const { unit } = seeded(0);
  expect(draw(3, unit)).toEqual([0.26642920868471265, 0.0003297457005828619, 0.2232720274478197]);
});

test('the same seed gives the same sequence, the next seed another; a seed is its last 32 bits', () => {
  const sequence = (seed: number) => draw(100, seeded(seed).unit);
  expect(sequence(7)).toEqual(sequence(7));
  expect(sequence(7)).not.toEqual(sequence(8));
  expect(sequence(7)).toEqual(sequence(2 ** 32 + 7));
});

test('units are in [0, 1), whole numbers in [0, below), whatever the seed', () => {
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

test('chances come true as often as they say; never at 0, always at 1', () => {
  const random = seeded(1);
  const hits = (probability: number) => draw(10_000, () => random.chance(probability)).filter(Boolean).length;
  expect(hits(0)).toBe(0);
  expect(hits(1)).toBe(10_000);
  expect(hits(0.25) / 10_000).toBeCloseTo(0.25, 1);
});

test('an index is drawn by its weight, one without weight never', () => {
  const random: Random = seeded(1);
  const sums = cumulate([1, 0, 3, 0]);
  const drawn = draw(10_000, () => random.weighted(sums));
  expect([shareOf(0, drawn), shareOf(2, drawn)].map((share) => Math.round(share * 100) / 100)).toEqual([
    0.25, 0.75,
  ]);
  expect([shareOf(1, drawn), shareOf(3, drawn)]).toEqual([0, 0]);
});

test('running sums', () => {
  expect(cumulate([1, 0, 2.5])).toEqual([1, 1, 3.5]);
  expect(cumulate([])).toEqual([]);
});

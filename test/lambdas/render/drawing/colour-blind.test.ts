import { describe, expect, test } from 'vitest';
import { COLOURS, type Colour, DARK } from '../../../../lambdas/render/drawing/theme.ts';
import { linear, rgb, type Triple } from './colour.ts';

/**
 * Simulates the sight of people who lack one kind of cone, in linear RGB: Machado, Oliveira and Fernandes, "A Physiologically-based
 * Model for Simulation of Color Vision Deficiency", 2009, severity 1.
 */
const SIGHTS: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  'all cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Pairs that differ by colour alone; users and products differ by shape as well. */
const COMPARED: readonly (readonly [Colour, Colour])[] = [
  ['model', 'popularity'],
  ['model', 'frequency'],
  ['model', 'served'],
  ['popularity', 'frequency'],
  ['popularity', 'served'],
  ['frequency', 'served'],
  ['more', 'less'],
  ['product', 'discovery'],
];

/** A difference of 2.3 can just be seen side by side; lines and bars at a distance need several times that. */
const LEAST = 15;

const product = (row: Triple, [red, green, blue]: Triple): number =>
  row[0] * red + row[1] * green + row[2] * blue;

/** Converts a colour, as it is seen, to CIE 1976 L*a*b* with the white D65. */
function lab(colour: string, sight: readonly [Triple, Triple, Triple]): Triple {
  const original = linear(rgb(colour));
  const [red, green, blue] = sight.map((row) => Math.min(1, Math.max(0, product(row, original))));
  const seen: Triple = [red ?? 0, green ?? 0, blue ?? 0];
  const root = (value: number): number =>
    value > 216 / 24_389 ? Math.cbrt(value) : ((24_389 / 27) * value + 16) / 116;
  const x = root(product([0.412_456_4, 0.357_576_1, 0.180_437_5], seen) / 0.950_47);
  const y = root(product([0.212_672_9, 0.715_152_2, 0.072_175], seen));
  const z = root(product([0.019_333_9, 0.119_192, 0.950_304_1], seen) / 1.088_83);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** Returns the CIE 1976 difference of two colours, as they are seen. */
function difference(a: string, b: string, sight: readonly [Triple, Triple, Triple]): number {
  const [left, right] = [lab(a, sight), lab(b, sight)];
  return Math.hypot(left[0] - right[0], left[1] - right[1], left[2] - right[2]);
}

describe.each(Object.entries(SIGHTS))('with %s', (name, sight) => {
  test.each(COMPARED)('%s and %s can be distinguished, light and dark', (a, b) => {
    expect(difference(COLOURS[a], COLOURS[b], sight)).toBeGreaterThan(LEAST);
    expect(difference(DARK[a], DARK[b], sight)).toBeGreaterThan(LEAST);
  });

  test('a red and a green of the same lightness are distinguished only by people with all cones', () => {
    const apart = difference('#c06050', '#8c8040', sight) > LEAST;
    expect(apart).toBe(name !== 'deuteranopia');
  });
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fitted, shortName, widthOf, wrapped } from '../../../../lambdas/render/drawing/text.ts';
import { startFont } from './font.ts';

test('a name is cut between letters to a length, and is on one line', () => {
  expect(shortName('Lamp', 4)).toBe('Lamp');
  expect(shortName('Blue lamp', 6)).toBe('Blue…');
  expect(shortName('💡💡💡', 2)).toBe('💡…');
  expect(shortName('Lamp no. 17', 9)).toBe('Lamp no…');
  expect(shortName(' Blue\n\tlamp ')).toBe('Blue  lamp');
});

test('characters that XML does not allow are replaced', () => {
  expect(shortName('Blue\u0000lamp\ufffe')).toBe('Blue\ufffdlamp\ufffd');
});

test('a letter keeps only as many marks and joined characters as people write', () => {
  expect(shortName(`e${'\u0301'.repeat(300)} lamp`)).toBe(`e${'\u0301'.repeat(4)} lamp`);
  expect(shortName('👨🏻‍❤️‍💋‍👨🏻 नमस्ते e\u0301')).toBe('👨🏻‍❤️‍💋‍👨🏻 नमस्ते e\u0301');
  for (const chain of ['👩‍'.repeat(80), 'ᄀ'.repeat(250)])
    expect(widthOf(fitted(chain, 200, 14), 14)).toBeLessThanOrEqual(200);
});

test('a line is broken between words; a word is broken only if it is wider than a line', () => {
  expect(wrapped('lamp lamp lamp', widthOf('lamp lamp', 10), 10)).toEqual(['lamp lamp', 'lamp']);
  expect(wrapped('a lamplamp lamp', widthOf('lamp', 10), 10)).toEqual(['a', 'lamp', 'lamp', 'lamp']);
  expect(wrapped('👩‍👧👩‍👧', 1, 10)).toEqual(['👩‍👧', '👩‍👧']);
});

test('a name is cut to a width', () => {
  expect(fitted('Blue lamp', 1000, 14)).toBe('Blue lamp');
  const cut = fitted('Blue lamp', 40, 14);
  expect(cut).toMatch(/^Bl.*…$/);
  expect(widthOf(cut, 14)).toBeLessThanOrEqual(40);
});

test('a combining accent takes no room; an East Asian letter takes at least a square', () => {
  expect(widthOf('e\u0301', 10)).toBe(widthOf('é', 10));
  expect(widthOf('ש\u05c1', 10)).toBe(widthOf('ש', 10));
  expect(widthOf('蓝色ラ한', 10)).toBeGreaterThanOrEqual(40);
});

/** https://learn.microsoft.com/typography/opentype/spec/: table directory, head, hhea, hmtx; glyph 3 is the space. */
test.each([
  ['normal', 'DejaVuSans.ttf'],
  ['bold', 'DejaVuSans-Bold.ttf'],
] as const)('the widths are those of the font itself: %s', (weight, file) => {
  const font = readFileSync(fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${file}`)));
  const tables = new Map(
    Array.from({ length: font.readUInt16BE(4) }, (_, index) => {
      const at = 12 + 16 * index;
      return [font.toString('latin1', at, at + 4), font.readUInt32BE(at + 8)];
    }),
  );
  const unitsPerEm = font.readUInt16BE((tables.get('head') ?? 0) + 18);
  const width = (letter: string) => {
    const glyph = letter.charCodeAt(0) - 32 + 3;
    return font.readUInt16BE((tables.get('hmtx') ?? 0) + 4 * glyph) / unitsPerEm;
  };
  for (const letter of ' aWi.9~') expect(widthOf(letter, 1, weight)).toBeCloseTo(width(letter), 2);
});

test.each(['normal', 'bold'] as const)(
  'the widths of other scripts are those that are drawn: %s',
  async (weight) => {
    const inkOf = await startFont();
    const drawnWidth = (text: string): number => {
      // Between two vertical lines, because a space has no ink.
      const [line, lines] = [inkOf('||', 100, weight), inkOf(`|${text}|`, 100, weight)];
      return (lines?.right ?? 0) - (line?.right ?? 0);
    };
    for (const letter of 'éŠŁœßΩψάЩжЯёїҐ…–’·€× ')
      expect(Math.abs(widthOf(letter, 100, weight) - drawnWidth(letter)), letter).toBeLessThan(1.5);
    for (const text of ['لمبة زرقاء', 'מנורה כחולה', 'Ƈȳ'])
      expect(widthOf(text, 100, weight), text).toBeGreaterThanOrEqual(drawnWidth(text));
  },
);

/**
 * Widths of the letters of DejaVu Sans 2.37, in hundredths of the font size, from the font's own tables. Other fonts that
 * a browser may use instead are narrower.
 */

/** U+0020 to U+007E. */
export const ASCII = {
  normal: [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63,
    61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97,
    63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
  ],
  bold: [
    35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 52, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70,
    40, 40, 84, 84, 84, 58, 100, 77, 76, 73, 83, 68, 68, 82, 84, 37, 37, 77, 64, 100, 84, 85, 73, 85, 77, 72,
    68, 81, 77, 110, 77, 72, 73, 46, 37, 46, 84, 50, 50, 67, 72, 59, 72, 68, 44, 72, 71, 34, 34, 67, 34, 104,
    71, 69, 72, 72, 49, 60, 48, 71, 65, 92, 65, 65, 58, 71, 37, 71, 84,
  ],
} as const;

/** Signs, Latin letters other than a base letter with an accent, Greek and Cyrillic. */
const OTHERS =
  '…–—‘’“”„·•×°§€£®©™→−ÆæØøŒœŁłĐđÞþßðΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюяЂЄЅІЈЉЊЋЏђєѕіјљњћџҐґ';
const OTHER_WIDTHS = {
  normal: [
    100, 50, 100, 32, 32, 52, 52, 52, 32, 59, 84, 50, 50, 64, 64, 100, 100, 100, 84, 84, 98, 99, 79, 62, 107,
    103, 57, 29, 78, 64, 61, 64, 63, 62, 69, 69, 56, 69, 64, 69, 76, 79, 30, 66, 69, 87, 75, 64, 79, 76, 61,
    64, 62, 62, 79, 69, 79, 77, 30, 62, 66, 55, 64, 34, 58, 66, 64, 60, 62, 55, 55, 64, 62, 34, 59, 60, 64,
    56, 56, 62, 61, 64, 59, 64, 61, 58, 66, 58, 66, 84, 69, 69, 69, 61, 79, 64, 108, 65, 75, 75, 71, 76, 87,
    76, 79, 76, 61, 70, 62, 61, 87, 69, 78, 69, 107, 110, 84, 89, 69, 70, 108, 70, 62, 62, 59, 53, 70, 62, 91,
    54, 65, 65, 61, 64, 76, 66, 62, 66, 64, 55, 59, 60, 86, 60, 69, 60, 92, 95, 71, 79, 59, 55, 85, 61, 79,
    70, 64, 30, 30, 110, 105, 79, 76, 63, 55, 53, 28, 28, 91, 90, 66, 66, 61, 53,
  ],
  bold: [
    100, 50, 100, 38, 38, 66, 66, 66, 38, 64, 84, 50, 50, 70, 70, 100, 100, 100, 84, 84, 109, 105, 86, 69,
    117, 110, 65, 38, 84, 72, 74, 72, 72, 69, 78, 77, 64, 78, 69, 73, 84, 86, 38, 78, 78, 100, 84, 64, 86, 84,
    74, 69, 69, 73, 86, 78, 85, 86, 38, 73, 69, 56, 72, 39, 68, 69, 72, 69, 69, 56, 60, 72, 69, 39, 72, 64,
    74, 69, 60, 69, 80, 72, 60, 78, 64, 68, 79, 65, 80, 87, 78, 77, 77, 64, 90, 69, 123, 72, 84, 84, 82, 84,
    100, 84, 86, 84, 74, 74, 69, 78, 100, 78, 93, 81, 124, 133, 94, 104, 77, 74, 118, 78, 68, 70, 64, 53, 81,
    68, 100, 59, 71, 71, 68, 74, 82, 70, 69, 70, 72, 60, 58, 66, 100, 65, 75, 69, 107, 111, 76, 91, 64, 60,
    98, 65, 88, 74, 73, 38, 38, 116, 113, 88, 84, 72, 60, 60, 35, 35, 100, 96, 74, 70, 64, 53,
  ],
} as const;

export type Weight = keyof typeof ASCII;

const widthsOf = (weight: Weight): ReadonlyMap<string, number> =>
  new Map([...OTHERS].map((letter, index) => [letter, OTHER_WIDTHS[weight][index] ?? 0]));
const BY_LETTER: Readonly<Record<Weight, ReadonlyMap<string, number>>> = {
  normal: widthsOf('normal'),
  bold: widthsOf('bold'),
};

/**
 * The width for other scripts, whose letters are rarely wider. East Asian letters fill a square, and fonts add some
 * room.
 */
const UNKNOWN = { normal: 85, bold: 95 } as const;
const SQUARE = 105;
const FIRST_SQUARE = 0x2e80;

/** Returns the width of a letter in hundredths of the font size. An accent does not change it. */
export function letterWidth(letter: string, weight: Weight): number {
  const [base = letter] = letter.normalize('NFD');
  const code = base.codePointAt(0) ?? 0;
  const known = ASCII[weight][code - 32] ?? BY_LETTER[weight].get(base);
  if (known !== undefined) return known;
  if (/\p{M}/u.test(base)) return 0;
  return code < FIRST_SQUARE ? UNKNOWN[weight] : SQUARE;
}

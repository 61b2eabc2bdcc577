/** Red, green and blue. */
export type Triple = readonly [number, number, number];

const NAMED: Readonly<Record<string, string>> = { lightblue: '#add8e6', lightgreen: '#90ee90' };

/** Parses a colour of the theme; each value is from 0 to 255. */
export function rgb(colour: string): Triple {
  const hex = NAMED[colour] ?? colour;
  const part = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

/** Converts a colour to linear light; each value is from 0 to 1: https://www.w3.org/Graphics/Color/sRGB */
export function linear(colour: Triple): Triple {
  const part = (at: 0 | 1 | 2): number => {
    const value = colour[at] / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(0), part(1), part(2)];
}

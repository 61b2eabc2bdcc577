import { widthOf } from '../drawing/text.ts';
import type { Point, Size } from './layout.ts';

export interface Label extends Point {
  readonly text: string;
  readonly align: 'left' | 'right' | 'center';
  readonly fontSize: number;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The vertex that a label belongs to. */
export interface Anchor extends Point {
  /** The names that it may have, the best first. If there is no room for one, the next one is tried. */
  readonly texts: readonly string[];
  readonly radius: number;
  readonly fontSize: number;
}

/** A line from (x, y) to (x2, y2). */
export interface Line extends Point {
  readonly x2: number;
  readonly y2: number;
}

/** The marks that labels should not cover. */
export interface Surroundings {
  readonly circles: readonly (Point & { readonly radius: number })[];
  /** A label covers these only if there is no better place. */
  readonly lines?: readonly Line[];
  readonly size: Size;
}

/**
 * Puts each label beside, above or below its circle, or at one of its corners, where it covers no circle, no other label
 * and no border, and if possible no line. A label without such a place takes a shorter name, and is left out if none fits.
 *
 * @param anchors The most important first, because they choose first.
 */
export function placeLabels(
  anchors: readonly Anchor[],
  { circles, lines = [], size }: Surroundings,
): Label[] {
  const taken: Box[] = circles.map(({ x, y, radius }) => ({
    left: x - radius,
    top: y - radius,
    right: x + radius,
    bottom: y + radius,
  }));
  const labels: Label[] = [];
  const isFree = ({ box }: Candidate): boolean =>
    box.left >= 0 &&
    box.top >= 0 &&
    box.right <= size.width &&
    box.bottom <= size.height &&
    !taken.some((other) => overlap(box, other));
  for (const anchor of anchors)
    for (const text of anchor.texts) {
      const free = candidates(anchor, text).filter(isFree);
      const best = free.find(({ box }) => !lines.some((line) => crosses(line, box))) ?? free[0];
      if (!best) continue;
      taken.push({ ...best.box, left: best.box.left - APART, right: best.box.right + APART });
      labels.push(best.label);
      break;
    }
  return labels;
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Returns whether a line crosses a box: their bounds overlap, and the box has corners on both sides of the line. */
function crosses({ x, y, x2, y2 }: Line, { left, top, right, bottom }: Box): boolean {
  const isNear =
    Math.min(x, x2) < right && left < Math.max(x, x2) && Math.min(y, y2) < bottom && top < Math.max(y, y2);
  if (!isNear) return false;
  const side = (cornerX: number, cornerY: number): number =>
    (x2 - x) * (cornerY - y) - (y2 - y) * (cornerX - x);
  const sides = [side(left, top), side(right, top), side(left, bottom), side(right, bottom)];
  return Math.min(...sides) < 0 && Math.max(...sides) > 0;
}

interface Candidate {
  readonly label: Label;
  readonly box: Box;
}

/**
 * Heights of letters above and below the middle of their line, in font sizes: above with an accent, below with a comma.
 */
const [ABOVE, BELOW] = [0.7, 0.56];
/** The gap between two labels on one line, in pixels: a space and a half, so that they do not read as one. */
const APART = 7;
/** The shifts of a label above or below its circle that are tried, as shares of its width. */
const SHIFTS = [0, -0.2, 0.2, -0.38, 0.38] as const;

function candidates({ x, y, radius, fontSize }: Anchor, text: string): Candidate[] {
  const width = widthOf(text, fontSize, 'bold') + 2;
  const [half, gap] = [fontSize * 0.6, radius + 3];
  const box = (left: number, middle: number): Box => ({
    left,
    right: left + width,
    top: middle - ABOVE * fontSize,
    bottom: middle + BELOW * fontSize,
  });
  const [above, below] = [y - gap - half, y + gap + half];
  const slant = radius + half - 2;
  return [
    { label: { x: x + gap, y, text, fontSize, align: 'left' }, box: box(x + gap, y) },
    { label: { x: x - gap, y, text, fontSize, align: 'right' }, box: box(x - gap - width, y) },
    ...SHIFTS.flatMap((shift) =>
      [above, below].map((middle): Candidate => {
        const centre = x + shift * width;
        return {
          label: { x: Math.round(10 * centre) / 10, y: middle, text, fontSize, align: 'center' },
          box: box(centre - width / 2, middle),
        };
      }),
    ),
    ...[y - slant, y + slant].flatMap((middle): Candidate[] => [
      { label: { x: x + radius, y: middle, text, fontSize, align: 'left' }, box: box(x + radius, middle) },
      {
        label: { x: x - radius, y: middle, text, fontSize, align: 'right' },
        box: box(x - radius - width, middle),
      },
    ]),
  ];
}

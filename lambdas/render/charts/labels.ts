import type { Point, Size } from './layout.ts';
import { widthOf } from './text.ts';

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

/** What a label belongs to. */
export interface Anchor extends Point {
  readonly text: string;
  readonly radius: number;
  readonly fontSize: number;
}

/**
 * Puts each label beside, above or below its circle, or at one of its corners, where it covers no circle, no other label and no border;
 * a label without such a place is left out.
 *
 * @param anchors The important ones first: they choose first.
 * @param circles All circles of the picture.
 */
export function placeLabels(
  anchors: readonly Anchor[],
  circles: readonly (Point & { readonly radius: number })[],
  size: Size,
): Label[] {
  const taken: Box[] = circles.map(({ x, y, radius }) => ({
    left: x - radius,
    top: y - radius,
    right: x + radius,
    bottom: y + radius,
  }));
  const labels: Label[] = [];
  for (const anchor of anchors)
    for (const { label, box } of candidates(anchor)) {
      const isInside = box.left >= 0 && box.top >= 0 && box.right <= size.width && box.bottom <= size.height;
      if (!isInside || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      labels.push(label);
      break;
    }
  return labels;
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

interface Candidate {
  readonly label: Label;
  readonly box: Box;
}

function candidates({ x, y, text, radius, fontSize }: Anchor): Candidate[] {
  const width = widthOf(text, fontSize, 'bold') + 2;
  const [half, gap] = [fontSize * 0.6, radius + 3];
  const box = (left: number, middle: number): Box => ({
    left,
    right: left + width,
    top: middle - half,
    bottom: middle + half,
  });
  const [above, below] = [y - gap - half, y + gap + half];
  const slant = radius + half - 2;
  return [
    { label: { x: x + gap, y, text, fontSize, align: 'left' }, box: box(x + gap, y) },
    { label: { x: x - gap, y, text, fontSize, align: 'right' }, box: box(x - gap - width, y) },
    { label: { x, y: above, text, fontSize, align: 'center' }, box: box(x - width / 2, above) },
    { label: { x, y: below, text, fontSize, align: 'center' }, box: box(x - width / 2, below) },
    ...[y - slant, y + slant].flatMap((middle): Candidate[] => [
      { label: { x: x + radius, y: middle, text, fontSize, align: 'left' }, box: box(x + radius, middle) },
      {
        label: { x: x - radius, y: middle, text, fontSize, align: 'right' },
        box: box(x - radius - width, middle),
      },
    ]),
  ];
}

import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationNodeDatum,
} from 'd3-force';

/** Where a vertex lies. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const TICKS = 400;
/** Room at the border for circles and labels. */
const MARGIN = 40;

/**
 * Places vertices so that linked ones are near and none overlap. d3-force starts on a spiral and draws its chances from
 * a fixed generator, so the same graph gets the same places.
 *
 * @param edges Pairs of indices of vertices.
 * @returns One point per vertex, within the size.
 */
export function placeVertices(
  count: number,
  edges: readonly (readonly [number, number])[],
  { width, height }: Size,
): Point[] {
  const nodes: SimulationNodeDatum[] = Array.from({ length: count }, () => ({}));
  const links = edges.map(([source, target]) => ({ source, target }));
  forceSimulation(nodes)
    .force('link', forceLink(links).distance(55).strength(0.5))
    .force('charge', forceManyBody().strength(-170).distanceMax(350))
    .force('collide', forceCollide(24).iterations(2))
    .force('x', forceX(0).strength(0.05 * (height / width)))
    .force('y', forceY(0).strength(0.06))
    .stop()
    .tick(TICKS);
  return fitInto(
    nodes.map(({ x = 0, y = 0 }) => ({ x, y })),
    { width, height },
  );
}

function fitInto(points: readonly Point[], { width, height }: Size): Point[] {
  const along = (pick: (point: Point) => number, length: number) => {
    const values = points.map(pick);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value: number) =>
      high === low ? length / 2 : MARGIN + ((value - low) / (high - low)) * (length - 2 * MARGIN);
  };
  const [toX, toY] = [along(({ x }) => x, width), along(({ y }) => y, height)];
  return points.map(({ x, y }) => ({ x: Math.round(10 * toX(x)) / 10, y: Math.round(10 * toY(y)) / 10 }));
}

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
 * Puts each label right, left, above or below of its circle, where it covers no circle, no other label and no border;
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

/** Width of an average letter of DejaVu Sans Bold, in units of the font size; a little too wide is better than an overlap. */
const LETTER_WIDTH = 0.66;

function candidates({ x, y, text, radius, fontSize }: Anchor): { label: Label; box: Box }[] {
  const width = [...text].length * fontSize * LETTER_WIDTH;
  const [half, gap] = [fontSize * 0.6, radius + 3];
  const box = (left: number, middle: number): Box => ({
    left,
    right: left + width,
    top: middle - half,
    bottom: middle + half,
  });
  return [
    { label: { x: x + gap, y, text, fontSize, align: 'left' }, box: box(x + gap, y) },
    { label: { x: x - gap, y, text, fontSize, align: 'right' }, box: box(x - gap - width, y) },
    {
      label: { x, y: y - gap - half, text, fontSize, align: 'center' },
      box: box(x - width / 2, y - gap - half),
    },
    {
      label: { x, y: y + gap + half, text, fontSize, align: 'center' },
      box: box(x - width / 2, y + gap + half),
    },
  ];
}

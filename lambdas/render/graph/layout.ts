import { type Adjacency, adjacency, pivotStart } from './layout-start.ts';

/** The place of a vertex. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pairs of indices of vertices. */
export type Edges = readonly (readonly [number, number])[];

/** One place per vertex, by index. */
export interface Places {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Room at the border for circles and labels. */
const MARGIN = 24;
/** Up to this many vertices, every pair is checked, so that no two cover each other. */
const SEPARATED = 300;

/**
 * Places vertices so that linked ones are near each other. Up to {@link SEPARATED} vertices, none cover each other. The
 * same graph always gets the same places.
 *
 * @param edges Undirected. Another order gives other places of the same quality.
 * @returns One point per vertex, within the size.
 * @example placeVertices(2, [[0, 1]], { width: 100, height: 100 }) // two points inside, apart
 */
export function placeVertices(count: number, edges: Edges, size: Size): Point[] {
  const sources = Int32Array.from(edges, ([source]) => source);
  const targets = Int32Array.from(edges, ([, target]) => target);
  const places = layoutGraph(count, sources, targets);
  fitInto(places, size);
  if (count <= SEPARATED) {
    separate(places, Math.sqrt((0.42 * size.width * size.height) / Math.max(1, count)));
    fitInto(places, size);
  }
  return Array.from({ length: count }, (_, index) => ({
    x: Math.round(10 * (places.x[index] as number)) / 10,
    y: Math.round(10 * (places.y[index] as number)) / 10,
  }));
}

/** The number of passes over all edges; each pass moves less than the one before. */
const PASSES = 60;
/** The number of random vertices that the ends of each edge are pushed away from, in turns. */
const PUSHES = 5;
/** The longest single push; without a limit, two vertices in one place would fly apart. */
const FURTHEST = 4;

/**
 * Computes the layout of graphs with up to a few ten thousand vertices; its time grows with the edges, not with the
 * pairs.
 *
 * It begins with Pivot MDS (Brandes and Pich 2006), which finds the overall shape. Then each edge pulls its ends
 * together and pushes them away from a few random vertices, by the gradient of LargeVis (Tang et al. 2016) and DRGraph
 * (Zhu et al. 2020). The random sequence is fixed, and only + - * / and square roots are used, so every machine gets
 * the same places.
 *
 * @param sources, targets The ends of the edges, indices below `count`.
 * @returns Places around the origin, in units of about the length of an edge.
 */
export function layoutGraph(count: number, sources: Int32Array, targets: Int32Array): Places {
  const near = adjacency(count, sources, targets);
  const places = pivotStart(count, near);
  spread(places, count);
  const random = xorshift();
  for (let pass = 0; pass < PASSES; pass++)
    movePass(places, sources, targets, { step: 1 - pass / PASSES, random });
  placeOutside(places, near);
  return places;
}

/** Returns a generator of 32 random bits per call: Marsaglia, "Xorshift RNGs", 2003. */
function xorshift(): () => number {
  let state = 12_345;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Scales the start to the area that the vertices will take, and moves each a little, because many may share one place. */
function spread({ x, y }: Places, count: number): void {
  let squares = 0;
  for (let v = 0; v < count; v++) squares += (x[v] as number) ** 2 + (y[v] as number) ** 2;
  const scale = squares > 0 ? (0.5 * count) / Math.sqrt(squares) : 0;
  const random = xorshift();
  const jitter = (): number => random() / 2 ** 32 - 0.5;
  for (let v = 0; v < count; v++) {
    x[v] = (x[v] as number) * scale + jitter();
    y[v] = (y[v] as number) * scale + jitter();
  }
}

interface Pass {
  /** Falls from 1 to 0. */
  readonly step: number;
  readonly random: () => number;
}

/**
 * Moves the ends of all edges once. It is one loop without objects, because it runs millions of times, in a new process
 * even before it is compiled.
 */
function movePass({ x, y }: Places, sources: Int32Array, targets: Int32Array, { step, random }: Pass): void {
  const share = x.length / 2 ** 32;
  for (let edge = 0; edge < sources.length; edge++) {
    const source = sources[edge] as number;
    const target = targets[edge] as number;
    const dx = (x[source] as number) - (x[target] as number);
    const dy = (y[source] as number) - (y[target] as number);
    const pull = (-2 * step) / (1 + dx * dx + dy * dy);
    x[source] = (x[source] as number) + pull * dx;
    y[source] = (y[source] as number) + pull * dy;
    x[target] = (x[target] as number) - pull * dx;
    y[target] = (y[target] as number) - pull * dy;
    for (let push = 0; push < PUSHES; push++) {
      const moved = push % 2 === 0 ? source : target;
      const other = Math.floor(random() * share);
      if (other === moved) continue;
      const awayX = (x[moved] as number) - (x[other] as number);
      const awayY = (y[moved] as number) - (y[other] as number);
      const square = awayX * awayX + awayY * awayY;
      const force = 2 / ((0.01 + square) * (1 + square));
      x[moved] = (x[moved] as number) + step * Math.min(FURTHEST, Math.max(-FURTHEST, force * awayX));
      y[moved] = (y[moved] as number) + step * Math.min(FURTHEST, Math.max(-FURTHEST, force * awayY));
    }
  }
}

/** Puts vertices without edges, which nothing moves, on a circle around the others. */
function placeOutside({ x, y }: Places, { offsets }: Adjacency): void {
  const alone: number[] = [];
  let radius = 1;
  for (let v = 0; v < x.length; v++) {
    if (offsets[v] === offsets[v + 1]) alone.push(v);
    else radius = Math.max(radius, Math.sqrt((x[v] as number) ** 2 + (y[v] as number) ** 2));
  }
  for (const [index, v] of alone.entries()) {
    const [left, up] = onCircle(index / alone.length);
    x[v] = 1.1 * radius * left;
    y[v] = 1.1 * radius * up;
  }
}

/**
 * Returns a point of the unit circle, by a rational formula, because sines differ between machines.
 *
 * @param turn In [0, 1).
 */
function onCircle(turn: number): [number, number] {
  const half = turn < 0.5 ? 1 : -1;
  const t = 4 * (turn < 0.5 ? turn : turn - 0.5) - 1;
  return [(half * (1 - t * t)) / (1 + t * t), (half * 2 * t) / (1 + t * t)];
}

/** The largest number of rounds; fewer are needed if no pair is too near. */
const ROUNDS = 30;

/** Moves pairs apart that are nearer than `distance`. */
function separate(places: Places, distance: number): void {
  const order = Int32Array.from(places.x.keys());
  for (let round = 0; round < ROUNDS; round++) {
    // The vertices are in order of x, so that none is compared with those far to the right.
    insertionSort(order, places.x);
    if (!separateOnce(places, order, distance)) return;
  }
}

/** Sorts indices by their values, in linear time if they are nearly in order, as after each round but the first. */
function insertionSort(order: Int32Array, values: Float64Array): void {
  for (let end = 1; end < order.length; end++) {
    const index = order[end] as number;
    const value = values[index] as number;
    let at = end;
    for (; at > 0 && (values[order[at - 1] as number] as number) > value; at--)
      order[at] = order[at - 1] as number;
    order[at] = index;
  }
}

/** @returns Whether anything moved. */
function separateOnce({ x, y }: Places, order: Int32Array, distance: number): boolean {
  let hasMoved = false;
  for (let first = 0; first < order.length; first++)
    for (let second = first + 1; second < order.length; second++) {
      const [a, b] = [order[first] as number, order[second] as number];
      const dx = (x[b] as number) - (x[a] as number);
      if (dx >= 2 * distance) break;
      const dy = (y[b] as number) - (y[a] as number);
      const square = dx * dx + dy * dy;
      if (square >= distance * distance) continue;
      hasMoved = true;
      const length = Math.sqrt(square);
      const half = length > 0 ? (distance - length) / (4 * length) : 0;
      // Between two vertices in one place there is no direction, so their numbers decide.
      const [moveX, moveY] = length > 0 ? [half * dx, half * dy] : [distance / 4, (b - a) / 100];
      x[a] = (x[a] as number) - moveX;
      y[a] = (y[a] as number) - moveY;
      x[b] = (x[b] as number) + moveX;
      y[b] = (y[b] as number) + moveY;
    }
  return hasMoved;
}

function fitInto({ x, y }: Places, { width, height }: Size): void {
  for (const [values, length] of [
    [x, width],
    [y, height],
  ] as const) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const scale = high > low ? (length - 2 * MARGIN) / (high - low) : 0;
    for (let v = 0; v < values.length; v++)
      values[v] = scale > 0 ? MARGIN + ((values[v] as number) - low) * scale : length / 2;
  }
}

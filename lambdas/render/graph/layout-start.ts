import { sum } from '../../shared/contract/numbers.ts';

/** The neighbours of all vertices in one list: those of v are `neighbours[offsets[v] .. offsets[v + 1]]`. */
export interface Adjacency {
  readonly offsets: Int32Array;
  readonly neighbours: Int32Array;
}

export function adjacency(count: number, sources: Int32Array, targets: Int32Array): Adjacency {
  const offsets = new Int32Array(count + 1);
  for (const ends of [sources, targets])
    for (const v of ends) offsets[v + 1] = (offsets[v + 1] as number) + 1;
  for (let v = 0; v < count; v++) offsets[v + 1] = (offsets[v + 1] as number) + (offsets[v] as number);
  const next = offsets.slice(0, count);
  const neighbours = new Int32Array(2 * sources.length);
  const add = (from: number, to: number): void => {
    const at = next[from] as number;
    neighbours[at] = to;
    next[from] = at + 1;
  };
  for (const [edge, source] of sources.entries()) {
    add(source, targets[edge] as number);
    add(targets[edge] as number, source);
  }
  return { offsets, neighbours };
}

/** More pivots would cost time and not improve the shape. */
const PIVOTS = 12;

/**
 * Places vertices by Pivot MDS: it measures the distances in the graph to a few pivots, each chosen as far as possible
 * from the earlier ones, and projects them on the two directions in which they vary most.
 *
 * U. Brandes and C. Pich, "Eigensolver Methods for Progressive Multidimensional Scaling of Large Data", 2006.
 *
 * @returns One place per vertex; several vertices may share one.
 */
export function pivotStart(count: number, near: Adjacency): { x: Float64Array; y: Float64Array } {
  const distances = pivotDistances(count, near);
  centre(distances, count);
  const products = innerProducts(distances);
  const first = mainAxis(products, undefined);
  const second = mainAxis(products, first);
  return { x: along(distances, first, count), y: along(distances, second, count) };
}

/** Returns, for each pivot, the squares of the distances of all vertices. */
function pivotDistances(count: number, near: Adjacency): Float64Array[] {
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const distances: Float64Array[] = [];
  let pivot = highestDegree(count, near);
  while (distances.length < Math.min(PIVOTS, count)) {
    const distance = breadthFirst(count, near, pivot);
    for (let v = 0; v < count; v++) nearest[v] = Math.min(nearest[v] as number, distance[v] as number);
    for (let v = 0; v < count; v++) distance[v] = (distance[v] as number) ** 2;
    distances.push(distance);
    pivot = indexOfLargest(nearest);
  }
  return distances;
}

const highestDegree = (count: number, { offsets }: Adjacency): number =>
  indexOfLargest(
    Float64Array.from({ length: count }, (_, v) => (offsets[v + 1] as number) - (offsets[v] as number)),
  );

function indexOfLargest(values: Float64Array): number {
  let best = 0;
  for (let v = 1; v < values.length; v++) if ((values[v] as number) > (values[best] as number)) best = v;
  return best;
}

/**
 * Returns the number of edges from `from` to each vertex. A vertex that cannot be reached counts as a little further
 * away than all others.
 */
function breadthFirst(count: number, { offsets, neighbours }: Adjacency, from: number): Float64Array {
  const distance = new Float64Array(count).fill(-1);
  const queue = new Int32Array(count);
  let [head, tail, furthest] = [0, 1, 0];
  queue[0] = from;
  distance[from] = 0;
  while (head < tail) {
    const v = queue[head++] as number;
    furthest = distance[v] as number;
    for (let at = offsets[v] as number; at < (offsets[v + 1] as number); at++) {
      const other = neighbours[at] as number;
      if (distance[other] !== -1) continue;
      distance[other] = furthest + 1;
      queue[tail++] = other;
    }
  }
  for (let v = 0; v < count; v++) if (distance[v] === -1) distance[v] = furthest + 2;
  return distance;
}

/** Double centring: subtracts the means of rows and columns, then halves the result and turns its sign. */
function centre(distances: readonly Float64Array[], count: number): void {
  const ofVertex = new Float64Array(count);
  const ofPivot = distances.map((distance) => {
    for (let v = 0; v < count; v++)
      ofVertex[v] = (ofVertex[v] as number) + (distance[v] as number) / distances.length;
    return sum(distance) / count;
  });
  const overall = sum(ofPivot) / distances.length;
  for (const [pivot, distance] of distances.entries())
    for (let v = 0; v < count; v++)
      distance[v] =
        -0.5 * ((distance[v] as number) - (ofPivot[pivot] as number) - (ofVertex[v] as number) + overall);
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let index = 0; index < a.length; index++) total += (a[index] as number) * (b[index] as number);
  return total;
}

/** Returns the inner product of every row with every row. */
function innerProducts(rows: readonly Float64Array[]): Float64Array[] {
  const products = rows.map(() => new Float64Array(rows.length));
  for (const [index, row] of rows.entries())
    for (let other = 0; other <= index; other++) {
      const product = dot(row, rows[other] as Float64Array);
      (products[index] as Float64Array)[other] = product;
      (products[other] as Float64Array)[index] = product;
    }
  return products;
}

/** Power iteration: the direction of the largest spread, at right angles to `other`. */
function mainAxis(products: readonly Float64Array[], other: Float64Array | undefined): Float64Array {
  const axis = Float64Array.from(products, (_, index) => 1 + index / 100);
  const turned = new Float64Array(products.length);
  for (let round = 0; round < 60; round++) {
    for (const [index, row] of products.entries()) turned[index] = dot(row, axis);
    if (other) addScaled(turned, other, -dot(turned, other));
    const length = Math.sqrt(dot(turned, turned));
    axis.fill(0);
    if (length === 0) return axis;
    addScaled(axis, turned, 1 / length);
  }
  return axis;
}

/** values += scale * added */
function addScaled(values: Float64Array, added: Float64Array, scale: number): void {
  for (let index = 0; index < values.length; index++)
    values[index] = (values[index] as number) + scale * (added[index] as number);
}

function along(distances: readonly Float64Array[], axis: Float64Array, count: number): Float64Array {
  const values = new Float64Array(count);
  for (const [pivot, distance] of distances.entries()) addScaled(values, distance, axis[pivot] as number);
  return values;
}

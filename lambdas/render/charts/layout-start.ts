/** Neighbours of all vertices in one list: those of v are `neighbours[offsets[v] .. offsets[v + 1]]`. */
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

/** More find no better shape, and cost time. */
const PIVOTS = 24;

/**
 * Pivot MDS: distances in the graph to a few pivots, each as far as can be from those before, seen from the direction in
 * which they differ most.
 *
 * U. Brandes and C. Pich, "Eigensolver Methods for Progressive Multidimensional Scaling of Large Data", 2006.
 *
 * @returns One place per vertex; many may be the same.
 */
export function pivotStart(count: number, near: Adjacency): { x: Float64Array; y: Float64Array } {
  const distances = pivotDistances(count, near);
  centre(distances, count);
  const products = distances.map((a) => distances.map((b) => dot(a, b)));
  const first = mainAxis(products, undefined);
  const second = mainAxis(products, first);
  return { x: along(distances, first, count), y: along(distances, second, count) };
}

/** By pivot, the squares of the distances of all vertices. */
function pivotDistances(count: number, near: Adjacency): Float64Array[] {
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const distances: Float64Array[] = [];
  let pivot = highestDegree(count, near);
  while (distances.length < Math.min(PIVOTS, count)) {
    const distance = breadthFirst(count, near, pivot);
    for (let v = 0; v < count; v++) nearest[v] = Math.min(nearest[v] as number, distance[v] as number);
    distances.push(distance.map((value) => value * value));
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

/** Edges from `from`; what cannot be reached is put a little further than all that can. */
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
  return distance.map((value) => (value < 0 ? furthest + 2 : value));
}

/** Double centring: of rows, of columns, and half of it with the sign turned. */
function centre(distances: readonly Float64Array[], count: number): void {
  const ofVertex = new Float64Array(count);
  const ofPivot = distances.map((distance) => {
    for (let v = 0; v < count; v++)
      ofVertex[v] = (ofVertex[v] as number) + (distance[v] as number) / distances.length;
    return sum(distance) / count;
  });
  const overall = ofPivot.reduce((total, mean) => total + mean, 0) / distances.length;
  for (const [pivot, distance] of distances.entries())
    for (let v = 0; v < count; v++)
      distance[v] =
        -0.5 * ((distance[v] as number) - (ofPivot[pivot] as number) - (ofVertex[v] as number) + overall);
}

const sum = (values: Float64Array): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < a.length; index++) total += (a[index] as number) * (b[index] as number);
  return total;
}

/** Power iteration: the direction of the largest spread, at right angles to `other`. */
function mainAxis(products: readonly (readonly number[])[], other: readonly number[] | undefined): number[] {
  let axis = products.map((_, index) => 1 + index / 100);
  for (let round = 0; round < 60; round++) {
    const turned = products.map((row) => dot(row, axis));
    const share = other ? dot(turned, other) : 0;
    const free = turned.map((value, index) => value - share * (other?.[index] ?? 0));
    const length = Math.sqrt(dot(free, free));
    if (length === 0) return free;
    axis = free.map((value) => value / length);
  }
  return axis;
}

function along(distances: readonly Float64Array[], axis: readonly number[], count: number): Float64Array {
  const values = new Float64Array(count);
  for (const [pivot, distance] of distances.entries())
    for (let v = 0; v < count; v++)
      values[v] = (values[v] as number) + (distance[v] as number) * (axis[pivot] as number);
  return values;
}

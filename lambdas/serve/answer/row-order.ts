/** Scores of rows, and what decides between equal scores; both are by row, and higher is better. */
export interface RowScores {
  readonly scores: Float64Array;
  readonly ties: Float64Array;
}

/** Arrays that are used again and again, because a new one for every sort takes longer than sorting. */
let spareRows = new Int32Array(1024);
let zeros = new Float64Array(1024);

/** Returns ties that decide nothing. They must not be changed. */
export function noTies(length: number): Float64Array {
  if (zeros.length < length) zeros = new Float64Array(2 * length);
  return zeros;
}

/**
 * Sorts rows, best first: by score, then by tie, then by row.
 *
 * @param rows Row numbers, ascending; the array is reordered.
 */
export function sortRows(rows: Int32Array, by: RowScores): void {
  if (spareRows.length < rows.length) spareRows = new Int32Array(2 * rows.length);
  const count = rows.length;
  let from: Int32Array = rows;
  let to: Int32Array = spareRows;
  // Merges neighbouring runs of sorted rows until one run is left. Merging keeps the order of equal rows.
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      merge(from, to, { start, middle, until: Math.min(middle + width, count) }, by);
    }
    const merged = to;
    to = from;
    from = merged;
  }
  if (from !== rows) rows.set(from.subarray(0, count));
}

/** Merges the sorted runs from `start` to before `middle`, and from there to before `until`. */
function merge(
  from: Int32Array,
  to: Int32Array,
  { start, middle, until }: { start: number; middle: number; until: number },
  { scores, ties }: RowScores,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < until; at++) {
    let takesLeft = right >= until;
    if (!takesLeft && left < middle) {
      const a = from[right] as number;
      const b = from[left] as number;
      const scoreA = scores[a] as number;
      const scoreB = scores[b] as number;
      const isRightBefore = scoreA === scoreB ? (ties[a] as number) > (ties[b] as number) : scoreA > scoreB;
      takesLeft = !isRightBefore;
    }
    to[at] = from[takesLeft ? left++ : right++] as number;
  }
}

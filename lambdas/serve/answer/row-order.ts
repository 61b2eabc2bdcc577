/** Scores of rows, and what decides between equal scores; both are by row, and higher is better. */
export interface RowScores {
  readonly scores: Float64Array;
  readonly ties: Float64Array;
}

/**
 * Sorts rows, best first: by score, then by tie, then by row. Every answer sorts rows several times, so that it makes no object
 * per row.
 *
 * @param rows Row numbers, ascending; the array is reordered.
 */
export function sortRows(rows: Int32Array, by: RowScores): void {
  let from: Int32Array = rows;
  let to: Int32Array = new Int32Array(rows.length);
  // Merges neighbouring runs of sorted rows until one run is left. Merging keeps the order of equal rows.
  for (let width = 1; width < rows.length; width *= 2) {
    for (let start = 0; start < rows.length; start += 2 * width) merge(from, to, { start, width, by });
    [from, to] = [to, from];
  }
  if (from !== rows) rows.set(from);
}

function merge(
  from: Int32Array,
  to: Int32Array,
  { start, width, by: { scores, ties } }: { start: number; width: number; by: RowScores },
): void {
  const middle = Math.min(start + width, from.length);
  const until = Math.min(start + 2 * width, from.length);
  let [left, right] = [start, middle];
  for (let at = start; at < until; at++) {
    let takesLeft = right >= until;
    if (!takesLeft && left < middle) {
      const [a, b] = [from[right] as number, from[left] as number];
      const [scoreA, scoreB] = [scores[a] as number, scores[b] as number];
      const isRightBefore = scoreA === scoreB ? (ties[a] as number) > (ties[b] as number) : scoreA > scoreB;
      takesLeft = !isRightBefore;
    }
    to[at] = from[takesLeft ? left++ : right++] as number;
  }
}

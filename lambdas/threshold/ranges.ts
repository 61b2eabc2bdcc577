/** Ranges of offsets with both ends inclusive, ascending, with at least one offset between any two. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/** Returns whether the ranges contain every offset from `first` to `last`, both inclusive. */
export const covers = (ranges: Ranges, first: number, last: number): boolean =>
  ranges.some(([from, to]) => from <= first && last <= to);

/** Returns whether the ranges contain any offset from `first` to `last`, both inclusive. */
export const overlaps = (ranges: Ranges, first: number, last: number): boolean =>
  ranges.some(([from, to]) => from <= last && first <= to);

/**
 * Adds the range from `first` to `last`, both inclusive, and merges ranges that overlap or adjoin.
 *
 * @example addRange([[0, 4], [9, 9]], 5, 7) // [[0, 7], [9, 9]]
 */
export function addRange(ranges: Ranges, first: number, last: number): [number, number][] {
  const before = ranges.filter(([, to]) => to < first - 1);
  const after = ranges.filter(([from]) => from > last + 1);
  const touched = ranges.slice(before.length, ranges.length - after.length);
  const merged: [number, number] = [
    Math.min(first, touched[0]?.[0] ?? first),
    Math.max(last, touched.at(-1)?.[1] ?? last),
  ];
  return [...before, merged, ...after].map(([from, to]) => [from, to]);
}

/**
 * Counts the offsets from `first` to `last`, both inclusive, that the ranges do not contain.
 *
 * @example countMissing([[0, 4], [9, 9]], 3, 10) // 5
 */
export function countMissing(ranges: Ranges, first: number, last: number): number {
  let missing = last - first + 1;
  for (const [from, to] of ranges) missing -= Math.max(0, Math.min(to, last) - Math.max(from, first) + 1);
  return missing;
}

/**
 * Closes the oldest gaps until at most `most` ranges are left.
 *
 * @example closeGaps([[0, 4], [9, 9], [20, 29]], 2) // [[0, 9], [20, 29]]
 */
export function closeGaps(ranges: Ranges, most: number): [number, number][] {
  const closed = ranges.slice(0, Math.max(1, ranges.length - most + 1));
  const [oldest, newest] = [closed[0], closed.at(-1)];
  if (!oldest || !newest) return [];
  return [
    [oldest[0], newest[1]],
    ...ranges.slice(closed.length).map(([from, to]): [number, number] => [from, to]),
  ];
}

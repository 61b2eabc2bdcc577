/** Ranges of offsets with both ends inclusive, ascending, with at least one offset between any two. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/** Returns whether the ranges contain every offset from `first` to `last`, both inclusive. */
export const covers = (ranges: Ranges, first: number, last: number): boolean =>
  ranges.some(([from, to]) => from <= first && last <= to);

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

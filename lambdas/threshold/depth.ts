import type { Threshold } from './settings.ts';
import type { ListedWindow } from './windows.ts';

/**
 * In a lake whose windows together are no larger, which is about 200,000 batches, every cut, full sweep and flush lists all
 * batches: 200 requests.
 */
const SMALL_LAKE_BYTES = 32 * 1024 * 1024;
/** Full sweeps in which each partition of a larger lake is listed from its first key, if there are no more partitions. */
const TURNS = 7;

/** How far back a complete look lists. */
export interface Depth {
  /** Whether to list everything and to compare it with all windows, and not only with those of the last week. */
  readonly isExact: boolean;
  /** Returns whether to list a partition from its first key, by its place among all partitions. */
  readonly fromStart: (index: number) => boolean;
  /** Whether some partitions are not listed from their first key. */
  readonly isPartial: boolean;
}

/**
 * Chooses how far back to list. A small lake is listed in whole each time. In a larger one the partitions take turns, one in
 * each period of the full sweep, so that nothing is missed for ever, even if its event was lost, and no look takes long.
 *
 * @param isFlush Whether a person asked for it.
 *
 * @example
 * chooseDepth([], { partitions: 3, isFlush: false, nowMs: 0, fullSweepHours: 24 }).fromStart(2) // true
 */
export function chooseDepth(
  windows: readonly ListedWindow[],
  {
    partitions,
    isFlush,
    nowMs,
    fullSweepHours,
  }: Pick<Threshold, 'fullSweepHours'> & {
    readonly partitions: number;
    readonly isFlush: boolean;
    readonly nowMs: number;
  },
): Depth {
  const sizeBytes = windows.reduce((total, window) => total + window.sizeBytes, 0);
  if (sizeBytes <= SMALL_LAKE_BYTES) return { isExact: isFlush, fromStart: () => true, isPartial: false };
  const turn = Math.floor(nowMs / (fullSweepHours * 3_600_000)) % Math.max(TURNS, partitions);
  return { isExact: false, fromStart: (index) => index === turn, isPartial: true };
}

import { type BatchName, generationPath, partitionPath, partitionPathOf } from '../shared/contract/keys.ts';
import { highest, lowest } from '../shared/contract/numbers.ts';
import type { PartitionCut, Window } from '../shared/contract/schemas.ts';
import { addRange, closeGaps, countMissing, overlaps } from './ranges.ts';

/**
 * Generations of a partition.
 *
 * If a topic is deleted and created again on the same cluster, its offsets start again at 0. Source, topic, partition and offset
 * then name two different records, and events of Lambda's Kafka pollers do not contain the topic's id. The generations differ
 * in the Kafka timestamp of the first record, which is in the key of each batch: within one generation an offset has one
 * timestamp, which never changes, and higher offsets have later timestamps, apart from records that were sent at about the
 * same time.
 */

/** A batch, as it was placed in a generation. */
export interface Placed<Batch> {
  readonly batch: Batch;
  /** Name of the generation in `windows/N.json`. */
  readonly generation: string;
  /**
   * Number of its rows that neither a window nor an earlier batch contains; 0 for a replay. Of a batch that overlaps them it
   * is the share of its offsets outside of all of theirs, rounded up, because its key does not say which were rejected. An
   * offset between theirs that none of them has was mostly rejected, or is a transaction marker, and is not new. But a
   * retry may end later than the batch that was cut, and be stored after the window: then it has more rows than offsets of
   * theirs, and the difference is new.
   */
  readonly newRows: number;
}

/** What {@link placeBatches} needs to know about a batch. */
export interface Named {
  readonly name: BatchName;
  /** When it was stored, epoch ms. */
  readonly storedAtMs: number;
}

type State = Window['partitions'];

/** The state of a generation while batches are placed. */
interface Generation {
  readonly path: string;
  readonly ranges: PartitionCut['ranges'];
  readonly interactions: number;
  /** Of a window of an earlier version it has only `storedByMs`. */
  readonly timeline: Partial<NonNullable<PartitionCut['timeline']>>;
}

/**
 * Records of neighbouring offsets may have timestamps in another order, because producers retry and have clocks of their own.
 * A replay of them is not a new generation.
 */
const DISORDER_MS = 60_000;
/** A record that was written at most this long before its batch was stored was not delivered again: the clock was right. */
const PROMPT_MS = 60 * 60_000;
const MAX_RANGES = 64;

/**
 * Places batches in the generations of their partitions. A batch that fits into none of them begins a new one.
 *
 * @param before State of the newest window.
 * @param batches In any order; the result does not depend on it.
 * @param cutAtMs When that window was cut, epoch ms; 0 if there is none.
 * @returns Each batch with its generation, in the order of `batches`, and the new state of the partitions.
 */
export function placeBatches<Batch extends Named>(
  before: State,
  batches: readonly Batch[],
  cutAtMs: number,
): { readonly placed: readonly Placed<Batch>[]; readonly partitions: State } {
  const known = Map.groupBy(Object.entries(before), ([path]) => partitionPathOf(path));
  const partitions = { ...before };
  const placed = new Map<Batch, Placed<Batch>>();
  for (const [path, ofPartition] of Map.groupBy(batches, ({ name }) => partitionPath(name))) {
    const generations = (known.get(path) ?? []).map(([name, cut]) => generationOf(name, cut, cutAtMs));
    const touched = new Set<string>();
    const strangers = new Set(
      ofPartition
        .filter((batch) => findGeneration(generations, batch)?.isDoubtful)
        .map(({ name }) => name.first),
    );
    for (const batch of ofPartition.toSorted(byTime)) {
      const { generation, newRows } = place(generations, batch, strangers.size > 1);
      placed.set(batch, { batch, generation, newRows });
      touched.add(generation);
    }
    for (const generation of generations)
      if (touched.has(generation.path)) partitions[generation.path] = cutOf(generation);
  }
  return { placed: batches.flatMap((batch) => placed.get(batch) ?? []), partitions };
}

/** Records that were written first come first, so that a generation begins with its lowest offsets. */
const byTime = ({ name: a }: Named, { name: b }: Named): number =>
  a.firstMs - b.firstMs || a.first - b.first || a.last - b.last || a.count - b.count;

/**
 * Adds a batch to its generation in `generations`, or adds a new generation.
 *
 * @param isConfirmed Whether a doubtful batch is not the only one.
 */
function place(
  generations: Generation[],
  { name, storedAtMs }: Named,
  isConfirmed: boolean,
): { readonly generation: string; readonly newRows: number } {
  const place = findGeneration(generations, { name, storedAtMs });
  const index = place && !(place.isDoubtful && isConfirmed) ? place.index : -1;
  const generation = generations[index] ?? {
    path: generationPath(name, generations.length === 0 ? undefined : name.firstMs),
    ranges: [],
    interactions: 0,
    timeline: {},
  };
  const { first, last } = name;
  const newRows = countNewRows(generation.ranges, name);
  generations[index < 0 ? generations.length : index] = {
    path: generation.path,
    ranges: closeGaps(addRange(generation.ranges, first, last), MAX_RANGES),
    interactions: generation.interactions + newRows,
    // A wrong clock must not hide the next topic.
    timeline:
      place?.isDoubtful && index >= 0 && generation.timeline.sinceMs !== undefined
        ? generation.timeline
        : extend(generation.timeline, name, storedAtMs),
  };
  return { generation: generation.path, newRows };
}

function countNewRows(ranges: PartitionCut['ranges'], { first, last, count }: BatchName): number {
  const offsets = last - first + 1;
  const [oldest, newest] = [ranges[0], ranges.at(-1)];
  // A late batch fills a gap alone.
  if (!oldest || !newest || !overlaps(ranges, first, last)) return count;
  const outside = Math.ceil((count * countMissing([[oldest[0], newest[1]]], first, last)) / offsets);
  // It has more rows than offsets that were cut, so some of its rows are in a gap.
  const atLeast = count - (offsets - countMissing(ranges, first, last));
  return Math.max(outside, atLeast);
}

/**
 * Finds the generation of a batch: the newest one that had begun when its first record was written, or the next one, whose
 * first batches may be found late.
 *
 * @returns undefined if the batch belongs to none of the generations. `isDoubtful`: its timestamp says so too, but a producer
 *   whose clock is wrong may have written it.
 */
function findGeneration(
  generations: readonly Generation[],
  batch: Named,
): { readonly index: number; readonly isDoubtful: boolean } | undefined {
  const { firstMs } = batch.name;
  const begins = generations.map(({ timeline }) => timeline.sinceMs ?? 0);
  const begun = highest(begins.filter((sinceMs) => sinceMs <= firstMs));
  const next = lowest(begins.filter((sinceMs) => sinceMs > firstMs));
  const doubtful: number[] = [];
  let candidates = 0;
  for (const index of [begins.indexOf(begun), begins.indexOf(next)]) {
    const generation = generations[index];
    if (!generation) continue;
    if (!isOther(generation, batch.name)) return { index, isDoubtful: false };
    candidates++;
    if (!isCertain(generation, batch)) doubtful.push(index);
  }
  const [index] = doubtful;
  return index === undefined || doubtful.length < candidates ? undefined : { index, isDoubtful: true };
}

/**
 * Returns whether more than one timestamp says that a batch cannot belong to this generation: it begins where the generation
 * does, or it was written when it was stored, after all of the generation.
 */
function isCertain(
  { ranges, timeline }: Generation,
  { name: { first, firstMs }, storedAtMs }: Named,
): boolean {
  if ([timeline.lowest, timeline.highest].some((start) => start?.first === first)) return true;
  if (first <= (ranges[0]?.[0] ?? 0)) return true;
  const delayMs = storedAtMs - firstMs;
  return firstMs >= (timeline.sinceMs ?? 0) && delayMs >= -DISORDER_MS && delayMs <= PROMPT_MS;
}

/** Returns whether a batch cannot belong to this generation. */
function isOther({ ranges, timeline }: Generation, { first, last, firstMs }: BatchName): boolean {
  const { sinceMs = 0, untilMs, storedByMs } = timeline;
  for (const start of [timeline.lowest, timeline.highest])
    if (start?.first === first) return start.ms !== firstMs;
  const isOverlapping = overlaps(ranges, first, last);
  const isBefore = timeline.highest !== undefined && first < timeline.highest.first;
  // A record was written before it was stored, and before records at higher offsets were.
  if ((isOverlapping || isBefore) && storedByMs !== undefined && firstMs > storedByMs + DISORDER_MS)
    return true;
  if (!isOverlapping) return false;
  // A record before the highest batch was written before it, and a record after the lowest batch after it.
  if (isBefore && untilMs !== undefined) return firstMs > untilMs + DISORDER_MS;
  return timeline.lowest !== undefined && first > timeline.lowest.first && firstMs < sinceMs - DISORDER_MS;
}

function extend(
  timeline: Generation['timeline'],
  { first, firstMs: ms }: BatchName,
  storedAtMs: number,
): Generation['timeline'] {
  const { sinceMs = ms, untilMs = ms, lowest = { first, ms }, highest = { first, ms } } = timeline;
  return {
    sinceMs: Math.min(sinceMs, ms),
    untilMs: Math.max(untilMs, ms),
    lowest: lowest.first <= first ? lowest : { first, ms },
    highest: highest.first >= first ? highest : { first, ms },
    // The clock of a producer may be ahead of that of the bucket.
    storedByMs: Math.max(timeline.storedByMs ?? 0, Math.floor(storedAtMs), ms),
  };
}

/** @param cutAtMs When the window was cut; every batch of it was stored before. */
const generationOf = (
  path: string,
  { ranges, interactions, timeline }: PartitionCut,
  cutAtMs: number,
): Generation => ({ path, ranges, interactions, timeline: timeline ?? { storedByMs: cutAtMs } });

/** @throws {Error} If no batch was placed in the generation. */
function cutOf({ path, ranges, interactions, timeline }: Generation): PartitionCut {
  const { sinceMs, untilMs, lowest, highest, storedByMs } = timeline;
  if (sinceMs === undefined || untilMs === undefined || storedByMs === undefined || !lowest || !highest)
    throw new Error(`Cannot describe the generation ${path}: it has no batch`);
  return {
    ranges: ranges.map(([first, last]) => [first, last]),
    interactions,
    timeline: { sinceMs, untilMs, lowest, highest, storedByMs },
  };
}

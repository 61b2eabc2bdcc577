import { hash } from 'node:crypto';
import {
  interactionsAfter,
  parseBatchKey,
  parsePartition,
  partitionPath,
  type StreamPartition,
} from '../shared/contract/keys.ts';
import { lowest } from '../shared/contract/numbers.ts';
import type { Window } from '../shared/contract/schemas.ts';
import type { Lake } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import type { UncutBatch } from './decide.ts';
import { placeBatches } from './generations.ts';
import { mapBounded } from './map-bounded.ts';
import {
  batchesOf,
  generationsOf,
  listPartitions,
  partitionsOf,
  prefixOf,
  searchPartition,
} from './partitions.ts';
import { covers } from './ranges.ts';
import { type ListedWindow, readNewest, readWindow } from './windows.ts';

const MAX_CONCURRENT_REQUESTS = 8;

/** Up to this many partitions, every look lists all of them: that costs less than to wait for the next sweep. */
export const MAX_PARTITIONS_LISTED_AT_ONCE = 10;

/**
 * A batch that was stored longer ago than this is found only by its event. Batches of a partition are stored in order, so only
 * a retry of a poller can store a late one, and Lambda ends it after minutes.
 */
const SETTLED_MS = 7 * 24 * 60 * 60 * 1000;

/** The batches that a look found. */
export interface Found {
  /** In key order; may be empty. */
  readonly batches: readonly UncutBatch[];
  /** Whether all partitions were looked at. */
  readonly isComplete: boolean;
}

/** What all looks need. */
export interface View {
  readonly lake: Lake;
  readonly log: Log;
  /** The newest window; undefined if there is none. */
  readonly last: Window | undefined;
}

/**
 * Lists the new batches of the partitions that events named. With few partitions it lists those of all partitions.
 *
 * @param keys Keys of batches that were stored.
 */
export async function scanNamed(view: View, keys: readonly string[]): Promise<Found> {
  const { lake, log, last } = view;
  const named = keys.flatMap((key) => parseBatchKey(key) ?? []);
  const known = partitionsOf(last);
  const isSmall = known.length <= MAX_PARTITIONS_LISTED_AT_ONCE;
  const all = isSmall ? await listPartitions(lake, log) : undefined;
  const isComplete = all !== undefined && all.length <= MAX_PARTITIONS_LISTED_AT_ONCE;
  const partitions = isComplete ? all : uniquePartitions(named);
  // A batch that begins before the end of what was cut is late, or its topic was created again.
  const fromStart = new Set(named.filter((name) => beginsBefore(last, name)).map(partitionPath));
  return { batches: await search(view, partitions, (path) => fromStart.has(path)), isComplete };
}

/** Lists the new batches of all partitions; those of topics that were created again too. */
export async function scanNew(view: View): Promise<Found> {
  const partitions = await listPartitions(view.lake, view.log);
  return { batches: await search(view, partitions, () => true), isComplete: true };
}

/**
 * Lists all batches that no window contains, late and repeated ones too. It does not look at what had been cut a week before
 * and at the windows until then: the newest of those windows is its low-water mark.
 */
export async function scanAll(
  view: View,
  { windows, nowMs }: { readonly windows: readonly ListedWindow[]; readonly nowMs: number },
): Promise<Found> {
  const { lake, log, last } = view;
  const settled = windows.filter(({ storedAtMs }) => storedAtMs <= nowMs - SETTLED_MS);
  const mark = await readNewest(lake, settled, log);
  const cut = new Set<string>();
  const later = windows.filter(({ number }) => number > (mark?.window ?? 0)).map(({ number }) => number);
  await mapBounded(later, MAX_CONCURRENT_REQUESTS, async (window) => {
    for (const { key } of (await readWindow(lake, window, log))?.batches ?? []) cut.add(fingerprint(key));
  });
  const partitions = await listPartitions(lake, log);
  const found = await mapBounded(partitions, MAX_CONCURRENT_REQUESTS, async (partition) => {
    const batches = new Map<string, UncutBatch>();
    const take = (batch: UncutBatch): void => {
      if (!cut.has(fingerprint(batch.key))) batches.set(batch.key, batch);
    };
    for await (const batch of listAfterMark(view, mark, partition)) take(batch);
    const search = { partition, cut: generationsOf(last, partition), fromStart: true };
    // All keys of a partition that is not in the mark were listed already.
    if (generationsOf(mark, partition).length > 0)
      for (const batch of await searchPartition(lake, search, log)) take(batch);
    return withoutSettled([...batches.values()], mark, last);
  });
  return { batches: found.flat().sort(byKey), isComplete: true };
}

async function* listAfterMark(
  { lake, log }: View,
  mark: Window | undefined,
  partition: StreamPartition,
): AsyncIterable<UncutBatch> {
  const ends = generationsOf(mark, partition).map(({ ranges }) => ranges.at(-1)?.[1] ?? 0);
  const after = ends.length === 0 ? undefined : interactionsAfter(partition, lowest(ends));
  yield* batchesOf(lake.list(prefixOf(partition), after), log);
}

/** Leaves out the batches whose offsets the mark contains: a window before it contains them, or they are repeats. */
function withoutSettled(
  batches: readonly UncutBatch[],
  mark: Window | undefined,
  last: Window | undefined,
): UncutBatch[] {
  if (!mark) return [...batches];
  const { placed } = placeBatches(last?.partitions ?? {}, batches, last?.cutAtMs ?? 0);
  return placed
    .filter(({ batch: { name }, generation }) => {
      const ranges = mark.partitions[generation]?.ranges ?? [];
      return !covers(ranges, name.first, name.last);
    })
    .map(({ batch }) => batch);
}

/** Searches partitions for batches that are new: they contain an offset that was not cut. */
async function search(
  { lake, log, last }: View,
  partitions: readonly StreamPartition[],
  fromStart: (path: string) => boolean,
): Promise<UncutBatch[]> {
  const found = await mapBounded(partitions, MAX_CONCURRENT_REQUESTS, (partition) => {
    const cut = generationsOf(last, partition);
    return searchPartition(lake, { partition, cut, fromStart: fromStart(partitionPath(partition)) }, log);
  });
  const { placed } = placeBatches(last?.partitions ?? {}, found.flat(), last?.cutAtMs ?? 0);
  return placed.filter(({ newRows }) => newRows > 0).map(({ batch }) => batch);
}

function uniquePartitions(partitions: readonly StreamPartition[]): StreamPartition[] {
  const paths = new Set(partitions.map(partitionPath));
  return [...paths].sort().flatMap((path) => parsePartition(path) ?? []);
}

const beginsBefore = (
  last: Window | undefined,
  { first, ...partition }: StreamPartition & { first: number },
): boolean => generationsOf(last, partition).some(({ ranges }) => first <= (ranges.at(-1)?.[1] ?? -1));

/** Shortens a key of 110 characters to 66 bits, because there may be millions of keys. */
const fingerprint = (key: string): string => hash('sha1', key, 'base64').slice(0, 11);

const byKey = (a: UncutBatch, b: UncutBatch): number => (a.key < b.key ? -1 : 1);

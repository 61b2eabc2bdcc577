import { hash } from 'node:crypto';
import {
  type BatchName,
  interactionsAfter,
  parseBatchKey,
  parsePartition,
  partitionPath,
  type StreamPartition,
} from '../shared/contract/keys.ts';
import { lowest } from '../shared/contract/numbers.ts';
import type { PartitionCut, Window } from '../shared/contract/schemas.ts';
import type { Lake } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { mapBounded } from '../shared/platform/map-bounded.ts';
import type { UncutBatch } from './decide.ts';
import { chooseDepth, type Depth } from './depth.ts';
import { placeBatches } from './generations.ts';
import {
  batchesOf,
  generationsOf,
  listPartitions,
  partitionsOf,
  prefixOf,
  searchPartition,
  seemsCut,
} from './partitions.ts';
import { covers } from './ranges.ts';
import type { Threshold } from './settings.ts';
import { type ListedWindow, readNewest, readWindow } from './windows.ts';

const MAX_CONCURRENT_REQUESTS = 8;

/** Up to this many partitions, every look lists all of them: that costs less than to wait for the next sweep. */
export const MAX_PARTITIONS_LISTED_AT_ONCE = 10;

/**
 * What was cut longer ago is not read again each time. Batches of a partition are stored in order, so only a retry of a poller
 * can store a late one, and Lambda ends it after minutes.
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
 * Lists the new batches of the partitions that events named, and the named batches themselves, wherever their offsets are. With
 * few partitions it lists the new batches of all partitions.
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
  const late = Map.groupBy(
    named.filter((name) => beginsBefore(last, name)),
    partitionPath,
  );
  return { batches: await search(view, partitions, (path) => late.get(path)), isComplete };
}

/** Lists the new batches of all partitions; those of topics that were created again too. */
export async function scanNew(view: View): Promise<Found> {
  const partitions = await listPartitions(view.lake, view.log);
  return { batches: await search(view, partitions, () => []), isComplete: true };
}

/**
 * Lists all batches that no window contains, late and repeated ones too. It reads only the windows that are not a week old:
 * the newest older one, the low-water mark, says what had been cut by then. Partitions that `chooseDepth` does not choose are
 * listed from there. Older windows are read only for batches that seem to be stored since: repeats, and objects that were
 * replaced because a user was forgotten.
 */
export async function scanAll(
  view: View,
  { windows, isFlush, nowMs, fullSweepHours }: Deep,
): Promise<Found & Pick<Depth, 'isPartial'>> {
  const { lake, log, last } = view;
  const partitions = await listPartitions(lake, log);
  const known = { partitions: partitions.length, isFlush, nowMs, fullSweepHours };
  const { isExact, fromStart, isPartial } = chooseDepth(windows, known);
  const settled = isExact ? [] : windows.filter(({ storedAtMs }) => storedAtMs <= nowMs - SETTLED_MS);
  const mark = await readMark(view, settled);
  const cut = new Set<string>();
  const later = windows.filter(({ number }) => number > (mark?.window.window ?? 0));
  await mapBounded(later, MAX_CONCURRENT_REQUESTS, async ({ number }) => {
    for (const { key } of (await readWindow(lake, number, log))?.batches ?? []) cut.add(fingerprint(key));
  });
  const places = [...partitions.entries()];
  const found = await mapBounded(places, MAX_CONCURRENT_REQUESTS, async ([index, partition]) => {
    const batches = new Map<string, UncutBatch>();
    const settledCuts = generationsOf(mark?.window, partition);
    const take = (batch: UncutBatch): void => {
      const isOld = mark !== undefined && batch.storedAtMs <= mark.storedAtMs && seemsCut(settledCuts, batch);
      if (!isOld && !cut.has(fingerprint(batch.key))) batches.set(batch.key, batch);
    };
    const isWhole = fromStart(index) || settledCuts.length === 0;
    const after = isWhole ? undefined : endOf(partition, settledCuts);
    for await (const batch of batchesOf(lake.list(prefixOf(partition), after), log)) take(batch);
    const ends = { partition, cut: generationsOf(last, partition), fromStart: true };
    if (!isWhole) for (const batch of await searchPartition(lake, ends, log)) take(batch);
    return withoutSettled([...batches.values()], mark, last);
  });
  const batches = await withoutReplaced(view, settled, mark, found.flat());
  return { batches: batches.sort(byKey), isComplete: true, isPartial };
}

/** What {@link scanAll} needs to know about all windows, the time and the settings. */
export interface Deep extends Pick<Threshold, 'fullSweepHours'> {
  readonly windows: readonly ListedWindow[];
  readonly isFlush: boolean;
  readonly nowMs: number;
}

/** The newest window that is a week old. */
interface Mark {
  readonly window: Window;
  /** By the clock of the bucket, epoch ms. */
  readonly storedAtMs: number;
}

async function readMark({ lake, log }: View, settled: readonly ListedWindow[]): Promise<Mark | undefined> {
  const window = await readNewest(lake, settled, log);
  const storedAtMs = settled.find(({ number }) => number === window?.window)?.storedAtMs;
  return window && storedAtMs !== undefined ? { window, storedAtMs } : undefined;
}

const endOf = (partition: StreamPartition, cut: readonly PartitionCut[]): string =>
  interactionsAfter(partition, lowest(cut.map(({ ranges }) => ranges.at(-1)?.[1] ?? 0)));

/**
 * Leaves out the batches that were stored before the mark and whose offsets it contains: it or a window before it contains
 * them. A batch that was stored after it is in none of these windows, so that it is late or a repeat.
 */
function withoutSettled(
  batches: readonly UncutBatch[],
  mark: Mark | undefined,
  last: Window | undefined,
): UncutBatch[] {
  if (!mark) return [...batches];
  const { placed } = placeBatches(last?.partitions ?? {}, batches, last?.cutAtMs ?? 0);
  return placed
    .filter(({ batch: { name, storedAtMs }, generation }) => {
      const ranges = mark.window.partitions[generation]?.ranges ?? [];
      return storedAtMs > mark.storedAtMs || !covers(ranges, name.first, name.last);
    })
    .map(({ batch }) => batch);
}

/**
 * Leaves out the batches that a window until the mark names. Their objects were replaced since, so that they look as if they
 * were stored later. Windows are read, newest first, until all such batches are found.
 *
 * @param settled The windows until the mark, ascending.
 */
async function withoutReplaced(
  { lake, log }: View,
  settled: readonly ListedWindow[],
  mark: Mark | undefined,
  batches: readonly UncutBatch[],
): Promise<UncutBatch[]> {
  const doubtful = new Set(
    batches
      .filter(({ name }) =>
        generationsOf(mark?.window, name).some(({ ranges }) => covers(ranges, name.first, name.last)),
      )
      .map(({ key }) => key),
  );
  const named = new Set<string>();
  const windows = settled.toReversed();
  for (let at = 0; at < windows.length && named.size < doubtful.size; at += MAX_CONCURRENT_REQUESTS)
    await mapBounded(
      windows.slice(at, at + MAX_CONCURRENT_REQUESTS),
      MAX_CONCURRENT_REQUESTS,
      async ({ number }) => {
        for (const { key } of (await readWindow(lake, number, log))?.batches ?? [])
          if (doubtful.has(key)) named.add(key);
      },
    );
  return batches.filter(({ key }) => !named.has(key));
}

/**
 * Searches partitions for batches that are new: they contain an offset that was not cut.
 *
 * @param lateOf Returns the batches of a partition that may be before the end of what was cut; an empty list to look at its
 *   start only, undefined to look only after what was cut.
 */
async function search(
  { lake, log, last }: View,
  partitions: readonly StreamPartition[],
  lateOf: (path: string) => readonly BatchName[] | undefined,
): Promise<UncutBatch[]> {
  const found = await mapBounded(partitions, MAX_CONCURRENT_REQUESTS, (partition) => {
    const named = lateOf(partitionPath(partition));
    const where = { partition, cut: generationsOf(last, partition), fromStart: named !== undefined };
    return searchPartition(lake, { ...where, named: named ?? [] }, log);
  });
  const { placed } = placeBatches(last?.partitions ?? {}, found.flat(), last?.cutAtMs ?? 0);
  return placed.filter(({ newRows }) => newRows > 0).map(({ batch }) => batch);
}

/** Joins two lists of batches, each batch once, in key order. */
export function joinBatches(a: readonly UncutBatch[], b: readonly UncutBatch[]): UncutBatch[] {
  return [...new Map([...a, ...b].map((batch) => [batch.key, batch])).values()].sort(byKey);
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

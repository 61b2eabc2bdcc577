import {
  type BatchName,
  interactionsAfter,
  PREFIX,
  parseBatchKey,
  parsePartition,
  partitionPath,
  partitionPathOf,
  type StreamPartition,
} from '../shared/contract/keys.ts';
import type { PartitionCut, Window } from '../shared/contract/schemas.ts';
import type { Lake, Listed } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import type { UncutBatch } from './decide.ts';
import { covers } from './ranges.ts';

/** Lists the partitions that have batches, in key order; may be empty. */
export async function listPartitions(lake: Lake, log: Log): Promise<StreamPartition[]> {
  const partitions: StreamPartition[] = [];
  for (const source of await lake.folders(PREFIX.interactions))
    for (const topic of await lake.folders(source))
      for (const folder of await lake.folders(topic)) {
        const partition = parsePartition(folder.slice(PREFIX.interactions.length, -1));
        if (partition) partitions.push(partition);
        else
          log.error('Skipped a folder that is not a partition; move it out of this prefix', {
            object: folder,
          });
      }
  return partitions;
}

/** Returns the partitions that a window knows, each once. */
export const partitionsOf = (window: Window | undefined): string[] => [
  ...new Set(Object.keys(window?.partitions ?? {}).map(partitionPathOf)),
];

/** Returns what was cut of each generation of a partition. */
export const generationsOf = (window: Window | undefined, partition: StreamPartition): PartitionCut[] => {
  const path = partitionPath(partition);
  return Object.entries(window?.partitions ?? {})
    .filter(([name]) => partitionPathOf(name) === path)
    .map(([, cut]) => cut);
};

export const prefixOf = (partition: StreamPartition): string =>
  `${PREFIX.interactions}${partitionPath(partition)}/`;

/** Keys in one answer of S3. */
const PAGE = 1000;

/** Where to look for batches in a partition. */
export interface Search {
  readonly partition: StreamPartition;
  /** What was cut of each generation of the partition. */
  readonly cut: readonly PartitionCut[];
  /** Whether to look at the start of the partition, where a topic that was created again begins. */
  readonly fromStart: boolean;
  /** Batches at which to look too: late ones, or those of a topic that was created again. */
  readonly named?: readonly BatchName[];
}

/**
 * Finds the batches that follow what was cut of each generation of a partition, without listing what was cut long ago.
 *
 * Keys are in the order of their offsets, so those of a topic that was created again are among those of the old one. From
 * each starting point this lists on until a whole page holds only batches that seem to be cut, and then once more after the
 * last one that does not, because the next batch of its generation begins there.
 *
 * @returns The batches, in key order, with some that were cut; may be empty.
 */
export async function searchPartition(lake: Lake, search: Search, log: Log): Promise<UncutBatch[]> {
  const ends = search.cut.map(({ ranges }) => ranges.at(-1)?.[1]);
  const starts = new Set(search.fromStart || ends.length === 0 ? [undefined, ...ends] : ends);
  const found = new Map<string, UncutBatch>();
  for (const start of starts) await searchFrom(lake, search, start, { found, log });
  const seen = new Set([...found.values()].map(({ name }) => name.first));
  for (const { first } of (search.named ?? []).toSorted((a, b) => a.first - b.first)) {
    // Neighbours of a batch that was listed were listed with it.
    if (seen.has(first)) continue;
    await searchFrom(lake, search, first === 0 ? undefined : first - 1, { found, log });
    for (const { name } of found.values()) seen.add(name.first);
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** @param start The last offset to skip; undefined to begin with the first key. */
async function searchFrom(
  lake: Lake,
  { partition, cut }: Search,
  start: number | undefined,
  { found, log }: { readonly found: Map<string, UncutBatch>; readonly log: Log },
): Promise<void> {
  for (let after = start; ; ) {
    let cutInARow = 0;
    let lastNew: number | undefined;
    const startAfter = after === undefined ? undefined : interactionsAfter(partition, after);
    for await (const batch of batchesOf(lake.list(prefixOf(partition), startAfter), log)) {
      found.set(batch.key, batch);
      if (seemsCut(cut, batch)) cutInARow++;
      else [cutInARow, lastNew] = [0, Math.max(lastNew ?? 0, batch.name.last)];
      if (cutInARow >= PAGE) break;
    }
    if (cutInARow < PAGE || lastNew === undefined) return;
    after = lastNew;
  }
}

/** Returns whether the offsets of a batch were cut in a generation that may be its own. */
export const seemsCut = (
  cut: readonly PartitionCut[],
  { name: { first, last, firstMs } }: UncutBatch,
): boolean =>
  cut.some(
    ({ ranges, timeline }) =>
      firstMs <= (timeline?.storedByMs ?? Number.POSITIVE_INFINITY) && covers(ranges, first, last),
  );

/** Parses the keys of a listing. An object that is not a batch is logged as an error. */
export async function* batchesOf(listed: AsyncIterable<Listed>, log: Log): AsyncIterable<UncutBatch> {
  for await (const { key, sizeBytes, storedAtMs } of listed) {
    const name = parseBatchKey(key);
    if (name) yield { key, name, sizeBytes, storedAtMs };
    else log.error('Skipped an object that is not a batch; move it out of this prefix', { object: key });
  }
}

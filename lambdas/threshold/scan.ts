import { hash } from 'node:crypto';
import {
  failedKey,
  interactionsAfter,
  manifestKey,
  PREFIX,
  parseBatchKey,
  parseNumberedKey,
  partitionPath,
  type StreamPartition,
  windowKey,
} from '../shared/contract/keys.ts';
import { Window } from '../shared/contract/schemas.ts';
import { type Lake, type Listed, readJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import type { UncutBatch } from './decide.ts';
import { mapBounded } from './map-bounded.ts';

const MAX_CONCURRENT_REQUESTS = 8;

/** The newest window. */
export interface LastCut {
  /** Its number; 0 if there is no window. */
  readonly number: number;
  /**
   * The newest window that can be read; undefined if there is none. If a newer window is damaged, its batches are cut
   * again: nothing is lost, and training drops the repeats.
   */
  readonly window: Window | undefined;
}

export async function readLastCut(lake: Lake, log: Log): Promise<LastCut> {
  const numbers = await windowNumbers(lake);
  for (const number of numbers.toReversed()) {
    const window = await readWindow(lake, number, log);
    if (window) return { number: numbers.at(-1) ?? 0, window };
  }
  return { number: numbers.at(-1) ?? 0, window: undefined };
}

/** Returns whether a window still waits for its run: it has neither a manifest nor failed. */
export async function isInFlight(lake: Lake, window: number): Promise<boolean> {
  if (await lake.read(manifestKey(window))) return false;
  return (await lake.read(failedKey(window))) === undefined;
}

/**
 * Lists the batches of each partition that begin after the highest offset that was cut. This is cheap enough for every event
 * and every sweep. Batches that begin earlier (late, overlapping or replayed) are found by `scanAll`.
 *
 * @param last The newest window; undefined lists everything.
 * @returns In key order; may be empty.
 */
export async function scanNewBatches(lake: Lake, last: Window | undefined, log: Log): Promise<UncutBatch[]> {
  return scanPartitions(lake, log, (partition) => {
    const cutThrough = last?.partitions[partitionPath(partition)]?.ranges.at(-1)?.[1];
    const after = cutThrough === undefined ? undefined : interactionsAfter(partition, cutThrough);
    return lake.list(prefixOf(partition), after);
  });
}

/**
 * Lists all batches that no window contains. It reads every window and lists every batch, so only rare sweeps use it.
 *
 * @returns In key order; may be empty.
 */
export async function scanAll(lake: Lake, log: Log): Promise<UncutBatch[]> {
  const cut = new Set<string>();
  await mapBounded(await windowNumbers(lake), MAX_CONCURRENT_REQUESTS, async (window) => {
    for (const { key } of (await readWindow(lake, window, log))?.batches ?? []) cut.add(fingerprint(key));
  });
  return scanPartitions(lake, log, (partition) => withoutCut(lake.list(prefixOf(partition)), cut));
}

/** Shortens a key of 110 characters to 66 bits, because there may be millions of keys. */
const fingerprint = (key: string): string => hash('sha1', key, 'base64').slice(0, 11);

async function* withoutCut(objects: AsyncIterable<Listed>, cut: ReadonlySet<string>): AsyncIterable<Listed> {
  for await (const object of objects) if (!cut.has(fingerprint(object.key))) yield object;
}

/** Lists the batches of every partition, in key order. */
async function scanPartitions(
  lake: Lake,
  log: Log,
  list: (partition: StreamPartition) => AsyncIterable<Listed>,
): Promise<UncutBatch[]> {
  const found = await mapBounded(
    await listPartitions(lake, log),
    MAX_CONCURRENT_REQUESTS,
    async (partition) => {
      const batches: UncutBatch[] = [];
      for await (const { key, sizeBytes, storedAtMs } of list(partition)) {
        const name = parseBatchKey(key);
        if (name) batches.push({ key, name, sizeBytes, storedAtMs });
        else log.error('Skipped an object that is not a batch; move it out of this prefix', { object: key });
      }
      return batches;
    },
  );
  return found.flat();
}

const prefixOf = (partition: StreamPartition): string => `${PREFIX.interactions}${partitionPath(partition)}/`;

async function listPartitions(lake: Lake, log: Log): Promise<StreamPartition[]> {
  const partitions: StreamPartition[] = [];
  for (const source of await lake.folders(PREFIX.interactions))
    for (const topic of await lake.folders(source))
      for (const folder of await lake.folders(topic)) {
        const partition = parseFolder(folder);
        if (partition) partitions.push(partition);
        else
          log.error('Skipped a folder that is not a partition; move it out of this prefix', {
            object: folder,
          });
      }
  return partitions;
}

function parseFolder(folder: string): StreamPartition | undefined {
  const [, source, topic, partition] = folder.split('/');
  const isPartition = source && topic && partition && /^\d{6}$/.test(partition);
  return isPartition ? { source, topic, partition: Number(partition) } : undefined;
}

async function windowNumbers(lake: Lake): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { key } of lake.list(PREFIX.windows)) {
    const number = parseNumberedKey(PREFIX.windows, key);
    if (number !== undefined) numbers.push(number);
  }
  return numbers;
}

/** Reads a window; a damaged one is logged as an error. @returns undefined if it is damaged. */
async function readWindow(lake: Lake, number: number, log: Log): Promise<Window | undefined> {
  const object = windowKey(number);
  try {
    const window = await readJson(lake, object, Window);
    if (!window)
      throw new Error(`Cannot read ${object}: it was listed but does not exist; windows are never deleted`);
    return window;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    log.error('A window cannot be read; its batches are cut again', { window: number, object, error });
    return undefined;
  }
}

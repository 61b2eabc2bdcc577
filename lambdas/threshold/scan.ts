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

/** Requests to the bucket at the same time. */
const AT_ONCE = 8;

/** How far windows were cut. */
export interface LastCut {
  /** Number of the newest window; 0 before the first. */
  readonly number: number;
  /**
   * The newest window that can be read; undefined if there is none. If a newer one is damaged, what that one named is cut
   * once more: training drops repeats, and nothing is lost.
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

/** Whether the window still waits for its run: it has neither a manifest nor used up its attempts. */
export async function isInFlight(lake: Lake, window: number): Promise<boolean> {
  if (await lake.read(manifestKey(window))) return false;
  return (await lake.read(failedKey(window))) === undefined;
}

/**
 * Lists each partition behind the highest offset that was cut. Cheap enough for every event and every sweep; what sorts
 * before that offset (late, overlapping, replayed) is found by `scanAll`.
 */
export async function scanBehind(lake: Lake, last: Window | undefined, log: Log): Promise<UncutBatch[]> {
  return scanPartitions(lake, log, (partition) => {
    const cutThrough = last?.partitions[partitionPath(partition)]?.ranges.at(-1)?.[1];
    const after = cutThrough === undefined ? undefined : interactionsAfter(partition, cutThrough);
    return lake.list(prefixOf(partition), after);
  });
}

/** Lists every batch that no window names: it reads every window and lists every batch, so it is for now and then. */
export async function scanAll(lake: Lake, log: Log): Promise<UncutBatch[]> {
  const named = new Set<string>();
  await mapBounded(await windowNumbers(lake), AT_ONCE, async (window) => {
    for (const { key } of (await readWindow(lake, window, log))?.batches ?? []) named.add(fingerprint(key));
  });
  return scanPartitions(lake, log, (partition) => unnamed(lake.list(prefixOf(partition)), named));
}

/** 66 bits of a key in place of its 110 characters, for there may be millions. */
const fingerprint = (key: string): string => hash('sha1', key, 'base64').slice(0, 11);

async function* unnamed(objects: AsyncIterable<Listed>, named: ReadonlySet<string>): AsyncIterable<Listed> {
  for await (const object of objects) if (!named.has(fingerprint(object.key))) yield object;
}

/** What `list` lists of every partition, in key order. */
async function scanPartitions(
  lake: Lake,
  log: Log,
  list: (partition: StreamPartition) => AsyncIterable<Listed>,
): Promise<UncutBatch[]> {
  const found = await mapBounded(await listPartitions(lake, log), AT_ONCE, async (partition) => {
    const batches: UncutBatch[] = [];
    for await (const { key, sizeBytes, storedAtMs } of list(partition)) {
      const name = parseBatchKey(key);
      if (name) batches.push({ key, name, sizeBytes, storedAtMs });
      else log.error('Left out an object that is not a batch: move it out of this prefix', { object: key });
    }
    return batches;
  });
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
          log.error('Left out a folder that is not a partition: move it out of this prefix', {
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

/** @returns undefined if the object is damaged, which is told as an error. */
async function readWindow(lake: Lake, number: number, log: Log): Promise<Window | undefined> {
  const object = windowKey(number);
  try {
    const window = await readJson(lake, object, Window);
    if (!window)
      throw new Error(`Cannot read ${object}: it was listed and is gone; windows are never deleted`);
    return window;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    log.error('A window cannot be read; its batches are cut again', { window: number, object, error });
    return undefined;
  }
}

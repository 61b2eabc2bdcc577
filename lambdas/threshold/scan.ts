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
} from '../shared/keys.ts';
import { type Lake, type Listed, readJson } from '../shared/lake.ts';
import type { Log } from '../shared/log.ts';
import { Window } from '../shared/schemas.ts';
import type { UncutBatch } from './decide.ts';

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
 * Lists each partition behind the highest offset that was cut. Cheap enough for every event; what sorts before that
 * offset (late, overlapping, replayed) is found by `scanAll`.
 */
export async function scanBehind(lake: Lake, last: Window | undefined, log: Log): Promise<UncutBatch[]> {
  const uncut: UncutBatch[] = [];
  for (const partition of await listPartitions(lake, log)) {
    const cutThrough = last?.partitions[partitionPath(partition)]?.ranges.at(-1)?.[1];
    const prefix = `${PREFIX.interactions}${partitionPath(partition)}/`;
    const after = cutThrough === undefined ? undefined : interactionsAfter(partition, cutThrough);
    for await (const object of lake.list(prefix, after)) addBatch(uncut, object, log);
  }
  return uncut;
}

/** Lists every batch that no window names. */
export async function scanAll(lake: Lake, log: Log): Promise<UncutBatch[]> {
  const named = new Set<string>();
  for (const window of await windowNumbers(lake))
    for (const { key } of (await readWindow(lake, window, log))?.batches ?? []) named.add(key);
  const uncut: UncutBatch[] = [];
  for await (const object of lake.list(PREFIX.interactions))
    if (!named.has(object.key)) addBatch(uncut, object, log);
  return uncut;
}

function addBatch(batches: UncutBatch[], { key, sizeBytes, storedAtMs }: Listed, log: Log): void {
  const name = parseBatchKey(key);
  if (name) batches.push({ key, name, sizeBytes, storedAtMs });
  else log.error('Left out an object that is not a batch: move it out of this prefix', { object: key });
}

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

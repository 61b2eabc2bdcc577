import { failedKey, manifestKey, PREFIX, parseNumberedKey, windowKey } from '../shared/contract/keys.ts';
import { Window } from '../shared/contract/schemas.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';

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

/** A window, as a listing shows it. */
export interface ListedWindow {
  readonly number: number;
  readonly sizeBytes: number;
  /** By the clock of the bucket, epoch ms. */
  readonly storedAtMs: number;
}

/** Finds the newest window among those that {@link listWindows} listed. */
export async function readLastCut(lake: Lake, windows: readonly ListedWindow[], log: Log): Promise<LastCut> {
  const number = windows.at(-1)?.number ?? 0;
  return { number, window: await readNewest(lake, windows, log) };
}

/** Reads the newest of these windows that can be read. @returns undefined if there is none. */
export async function readNewest(
  lake: Lake,
  windows: readonly ListedWindow[],
  log: Log,
): Promise<Window | undefined> {
  for (const { number } of windows.toReversed()) {
    const window = await readWindow(lake, number, log);
    if (window) return window;
  }
  return undefined;
}

/** Returns whether a window still waits for its run: it has neither a manifest nor failed. */
export async function isInFlight(lake: Lake, window: number): Promise<boolean> {
  if (await lake.read(manifestKey(window))) return false;
  return (await lake.read(failedKey(window))) === undefined;
}

/** Lists all windows, oldest first; may be empty. */
export async function listWindows(lake: Lake): Promise<ListedWindow[]> {
  const windows: ListedWindow[] = [];
  for await (const { key, sizeBytes, storedAtMs } of lake.list(PREFIX.windows)) {
    const number = parseNumberedKey(PREFIX.windows, key);
    if (number !== undefined) windows.push({ number, sizeBytes, storedAtMs });
  }
  return windows;
}

/** Reads a window; a damaged one is logged as an error. @returns undefined if it is damaged. */
export async function readWindow(lake: Lake, number: number, log: Log): Promise<Window | undefined> {
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

import { chartsFailedKey, chartsOf, manifestKey, numberInKey } from '../shared/contract/keys.ts';
import { type Lake, toJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';

/** The number of sweeps that may fail on a run before it is given up. */
export const MAX_TRIES = 5;

const JSON_TYPE = 'application/json';
const triesOf = (run: number): string => `${chartsOf(run)}tries/`;

/**
 * Begins a try to draw a run, unless it failed too often: then the run is given up. Tries are counted by objects, because the
 * bucket is the only state, and before they are made, because a try that exhausts the memory ends without a trace.
 *
 * @returns The number of the try; undefined if there is none, because the run is given up or another call began this try.
 */
export async function beginTry(
  { lake, log }: { readonly lake: Lake; readonly log: Log },
  run: number,
): Promise<number | undefined> {
  let [begun, excused] = [0, 0];
  for await (const { key } of lake.list(triesOf(run)))
    if (key.endsWith(EXCUSED)) excused++;
    else begun++;
  if (begun - excused < MAX_TRIES) {
    const key = `${triesOf(run)}${numberInKey(begun + 1)}.json`;
    return (await lake.create(key, toJson({ run }), JSON_TYPE)) ? begun + 1 : undefined;
  }
  if (await lake.create(chartsFailedKey(run), toJson({ run, tries: begun }), JSON_TYPE))
    log.error(`Gave up rendering after ${MAX_TRIES} tries`, { window: run, object: manifestKey(run) });
  return undefined;
}

const EXCUSED = '.excused.json';

/** Stops counting a try, because the bucket failed and not the run: the sweep draws the run when the bucket answers again. */
export async function excuseTry(lake: Lake, run: number, number: number): Promise<void> {
  const key = `${triesOf(run)}${numberInKey(number)}${EXCUSED}`;
  // If the bucket does not answer this either, the try counts.
  await lake.create(key, toJson({ run }), JSON_TYPE).catch(() => undefined);
}

/** Returns a lake that remembers whether the bucket failed to answer. */
export function watchFaults(lake: Lake): { readonly lake: Lake; readonly hasFailed: () => boolean } {
  let failed = false;
  const note = (error: unknown): never => {
    failed = true;
    throw error;
  };
  const watched: Lake = {
    create: (...put) => lake.create(...put).catch(note),
    replace: (...put) => lake.replace(...put).catch(note),
    read: (key) => lake.read(key).catch(note),
    folders: (prefix) => lake.folders(prefix).catch(note),
    async *list(...range) {
      try {
        yield* lake.list(...range);
      } catch (error) {
        note(error);
      }
    },
  };
  return { lake: watched, hasFailed: () => failed };
}

import { attemptsOf, failedKey, PREFIX, parseNumberedKey, windowKey } from '../shared/contract/keys.ts';
import { Failed, Window } from '../shared/contract/schemas.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';

/**
 * Finds the windows in flight whose runs may still write what holds the users: those that do not name the tombstones. A window without
 * an attempt is not one of them: its job will read sales from which the users were removed.
 *
 * @param newest Number of the newest erasure.
 * @returns Ascending; may be empty.
 */
export async function windowsWithout(lake: Lake, newest: number): Promise<number[]> {
  const trained = new Set<number>();
  for await (const { key } of lake.list(PREFIX.manifests)) {
    const run = parseNumberedKey(PREFIX.manifests, key);
    if (run !== undefined) trained.add(run);
  }
  const found: number[] = [];
  for await (const { key } of lake.list(PREFIX.windows)) {
    const number = parseNumberedKey(PREFIX.windows, key);
    if (number === undefined || trained.has(number)) continue;
    const window = await readJson(lake, windowKey(number), Window);
    if ((window?.tombstones?.through ?? 0) >= newest) continue;
    if (await isInFlight(lake, number)) found.push(number);
  }
  return found;
}

/** A window whose attempts failed may be retried: then a newer attempt runs beside the failure. */
async function isInFlight(lake: Lake, window: number): Promise<boolean> {
  const prefix = attemptsOf(window);
  let newest = 0;
  for await (const { key } of lake.list(prefix))
    newest = Math.max(newest, parseNumberedKey(prefix, key) ?? 0);
  const failed = await readJson(lake, failedKey(window), Failed);
  return newest > (failed?.attempts ?? 0);
}

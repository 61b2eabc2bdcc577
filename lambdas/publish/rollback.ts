import { CURRENT_KEY, manifestKey } from '../shared/keys.ts';
import { parseJson, readJson, toJson } from '../shared/lake.ts';
import { Current, Manifest } from '../shared/schemas.ts';
import { type Parts, refreshIndex } from './publish.ts';

/**
 * Serves an earlier run again. It moves the pointer and nothing else: `decidedThrough` stays, so no sweep undoes it, and
 * the next run is decided as always.
 *
 * @param to The run; undefined: the one that was served before.
 * @returns what was done, or why nothing could be, for the person who asked
 */
export async function rollback({ lake, log }: Parts, to: number | undefined): Promise<string> {
  const pointer = await lake.read(CURRENT_KEY);
  if (!pointer) return 'Cannot roll back: no run is served yet';
  const current = parseJson(pointer.text, CURRENT_KEY, Current);
  const run = to ?? current.previous;
  if (run === null) return 'Cannot roll back: no run was served before';
  if (run === current.run) return `Cannot roll back: run ${run} is served already`;
  if (!(await readJson(lake, manifestKey(run), Manifest)))
    return `Cannot roll back to run ${run}: there is no ${manifestKey(run)}`;
  const next: Current = { ...current, run, previous: current.run };
  if (!(await lake.replace(CURRENT_KEY, toJson(next), 'application/json', pointer.etag)))
    return 'Cannot roll back: the pointer moved in the same moment; look at what is served now, and try again';
  log.warn(`Rolled back to run ${run}`, { window: run, object: CURRENT_KEY, from: current.run });
  await refreshIndex(lake);
  return `Run ${run} is served again, instead of run ${current.run ?? 'none'}`;
}

import { manifestKey } from '../shared/contract/keys.ts';
import type { PatientForgotten } from './forgotten.ts';
import type { LoadedRun } from './load-run.ts';
import type { RunObjects } from './run-objects.ts';

export interface RewrittenOptions {
  readonly objects: Pick<RunObjects, 'readUnless'>;
  readonly forgotten: Pick<PatientForgotten, 'through'>;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
}

/** Answers leave forgotten users out at once, so a run is loaded again only for what of them is still in memory. */
const PAUSE_MS = 60_000;

/**
 * Returns a function that finds out whether files of a loaded run were rewritten since: then its manifest is another version. It looks
 * only while there are erasures that the run does not know, and once a minute.
 */
export function createRewritten({ objects, forgotten, nowMs }: RewrittenOptions) {
  let lookedMs = Number.NEGATIVE_INFINITY;
  return async ({ run, erasuresThrough, manifestEtag }: LoadedRun): Promise<boolean> => {
    if (forgotten.through <= erasuresThrough || nowMs() - lookedMs < PAUSE_MS) return false;
    lookedMs = nowMs();
    const found = await objects.readUnless(manifestKey(run), manifestEtag);
    return found !== undefined && found !== 'same';
  };
}

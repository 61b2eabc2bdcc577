import type { Progress } from '../shared/contract/erasure.ts';
import type { WorkerParts } from './parts.ts';
import { NOTHING_OUTSIDE } from './places.ts';
import { windowsWithout } from './settle.ts';
import { PERSONAL_PREFIXES } from './units.ts';

/** The clocks of S3 and of this process may differ by this much. */
export const CLOCKS_MS = 60_000;

/** The progress at the beginning of the work. */
export async function firstProgress(
  start: Pick<Progress, 'erasures' | 'through' | 'storedFromMs' | 'step'>,
  { lake, bucket, nowMs, holder }: WorkerParts,
): Promise<Progress> {
  const startedAtMs = nowMs();
  const runsInFlight = (await windowsWithout(lake, start.through)).length > 0;
  let total = 0;
  for (const prefix of PERSONAL_PREFIXES)
    for await (const version of bucket.versions(prefix)) if (version.isLatest) total++;
  return {
    ...start,
    startedAtMs,
    pass: 1,
    passAtMs: startedAtMs,
    ...{ readsAllRuns: false, runsInFlight, isClean: !runsInFlight },
    ...FROM_THE_START,
    ...{ places: 0, cursor: '' },
    outside: NOTHING_OUTSIDE,
    scan: NOTHING_SCANNED,
    scans: 0,
    foundNew: false,
    lookAgainAtMs: 0,
    done: 0,
    total,
    holder,
    heldUntilMs: 0,
  };
}

export const FROM_THE_START = { prefix: '', after: '', within: '' } as const;

export const NOTHING_SCANNED: Progress['scan'] = { objects: 0, versions: 0, found: [], possible: [] };

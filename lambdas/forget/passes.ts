import type { Progress } from '../shared/contract/erasure.ts';
import { CLOCKS_MS, FROM_THE_START, NOTHING_SCANNED } from './first-progress.ts';
import type { WorkerParts } from './parts.ts';
import type { Work } from './progress.ts';
import { windowsWithout } from './settle.ts';

/** Decides what follows a pass over the bucket, and what follows a search. */

/** If this many passes still change something, there is a fault; the search at the end shows what is left. */
const MOST_PASSES = 20;
/** If this many searches still find newly stored objects, the receipt lists what is left, and the sweep removes it. */
const MOST_SCANS = 3;

/** The first pass of a sweep, over what was stored since the last one. */
export async function beginPasses(work: Work, { lake, nowMs }: WorkerParts): Promise<void> {
  const runsInFlight = (await windowsWithout(lake, work.at.through)).length > 0;
  await work.save({
    ...{ step: 'bucket', passAtMs: nowMs() },
    ...{ runsInFlight, isClean: !runsInFlight, ...FROM_THE_START },
  });
}

/** A pass that changed something, or during which runs may have been written, is followed by another. */
export async function afterPass(work: Work, parts: WorkerParts): Promise<void> {
  const { isClean, pass, erasures, through } = work.at;
  const isWaiting = (await windowsWithout(parts.lake, through)).length > 0;
  if (isWaiting) return work.save({ step: 'waiting', runsInFlight: true });
  if (!isClean && pass < MOST_PASSES) return nextPass(work, parts);
  return work.save({ step: erasures.length > 0 ? 'outside' : 'receipt', ...FROM_THE_START });
}

/** Begins another pass, over what was stored since the last one began, and over all runs if one was in flight then. */
export async function nextPass(
  work: Work,
  { lake, nowMs }: WorkerParts,
  change: Partial<Progress> = {},
): Promise<void> {
  const { pass, passAtMs, through } = work.at;
  const runsInFlight = (await windowsWithout(lake, through)).length > 0;
  await work.save({
    ...change,
    ...{ step: 'bucket', pass: pass + 1, passAtMs: nowMs() },
    ...{ readsAllRuns: work.at.runsInFlight, runsInFlight, isClean: !runsInFlight },
    storedFromMs: Math.max(0, passAtMs - CLOCKS_MS),
    ...FROM_THE_START,
  });
}

/** accumulate may have stored a sale of the user after the last pass: then the next pass takes it, and the search is made again. */
export async function afterScan(work: Work, parts: WorkerParts): Promise<void> {
  const scans = work.at.scans + 1;
  if (work.at.foundNew && scans < MOST_SCANS)
    return nextPass(work, parts, { scans, scan: NOTHING_SCANNED, foundNew: false });
  return work.save({ step: 'settle', scans, cursor: '' });
}

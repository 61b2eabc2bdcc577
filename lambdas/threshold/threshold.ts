import { windowKey } from '../shared/contract/keys.ts';
import type { Model } from '../shared/contract/model.ts';
import { grouped } from '../shared/contract/numbers.ts';
import type { Window } from '../shared/contract/schemas.ts';
import { inOrder, listCatalogue } from '../shared/platform/catalogue-objects.ts';
import { type Lake, toJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { type Decision, decide } from './decide.ts';
import { type Deep, type Found, joinBatches, scanAll, scanNamed, scanNew, type View } from './scan.ts';
import type { Threshold } from './settings.ts';
import { readTombstoneInputs } from './tombstones.ts';
import { isInFlight, type LastCut, type ListedWindow, listWindows, readLastCut } from './windows.ts';

/**
 * How much to look at. The listing of the bucket is the truth in each case.
 *
 * - `event`: the partitions of the batches that were stored; nothing while a run is in flight. Costs least, and is made for
 *   every event.
 * - `sweep`: the new batches of all partitions, for frequent sweeps and after a run.
 * - `full`: late batches too, for rare sweeps. If an event or a sweep cuts a window, it looks as much.
 * - `flush`: everything, and a window of all new batches is cut, however few.
 */
export type Look =
  | { readonly how: 'event'; readonly keys: readonly string[] }
  | { readonly how: 'sweep' | 'full' | 'flush' };

export interface Outcome {
  /** The window that this call cut; undefined if it cut none. */
  readonly cut: number | undefined;
  readonly reason: string;
  readonly newInteractions: number;
  /** Whether the newest window still waits for its run. */
  readonly inFlight: boolean;
}

export interface Parts {
  readonly lake: Lake;
  readonly log: Log;
  readonly settings: Threshold;
  readonly model: Model;
  readonly nowMs: () => number;
}

interface State {
  readonly windows: readonly ListedWindow[];
  readonly last: LastCut;
  readonly inFlight: boolean;
}

/**
 * Reads the bucket, decides whether to cut a window, and writes `windows/N.json` if so. If several calls cut the same window
 * at the same time, one of them writes it; the others succeed and do nothing.
 */
export async function threshold(look: Look, parts: Parts): Promise<Outcome> {
  const { lake, log } = parts;
  const windows = await listWindows(lake);
  const last = await readLastCut(lake, windows, log);
  const state = { windows, last, inFlight: last.number > 0 && (await isInFlight(lake, last.number)) };
  if (look.how === 'event' && state.inFlight) {
    const reason = `window ${last.number} is in flight: its run must finish or fail first`;
    log.info(`Not yet: ${reason}`, { look: look.how });
    return { cut: undefined, reason, newInteractions: 0, inFlight: true };
  }
  const found = await find(look, state, parts);
  const decision = decideOn(found, look, state, parts);
  if (decision.cut) {
    if (look.how === 'full' || look.how === 'flush') return conclude(decision, look, state, parts);
    // A window takes everything that no window contains; to look for it at each event would cost too much.
    const all = await addRest(found, state, parts);
    return conclude(decideOn(all, look, state, parts), look, state, parts);
  }
  if (found.isComplete) return conclude(decision, look, state, parts);
  const { newInteractions, needed } = decision;
  const reason = `${grouped(newInteractions)} of ${grouped(needed)} new interactions in the partitions with new batches; the sweep looks at all`;
  log.info(`Not yet: ${reason}`, { look: look.how, newInteractions, needed });
  return { cut: undefined, reason, newInteractions, inFlight: false };
}

async function find(look: Look, state: State, parts: Parts): Promise<Found> {
  const view = viewOf(state, parts);
  if (look.how === 'event') return scanNamed(view, look.keys);
  if (look.how === 'sweep') return scanNew(view);
  const isFlush = look.how === 'flush';
  const found = await scanAll(view, deepOf(state, parts, isFlush));
  if (isFlush && found.isPartial)
    parts.log.warn('The lake is too large to list in whole: repeats of old sales may be left out', {
      look: look.how,
    });
  return found;
}

/** Adds the late and repeated batches, which events and sweeps do not list. */
async function addRest(found: Found, state: State, parts: Parts): Promise<Found> {
  const { batches } = await scanAll(viewOf(state, parts), deepOf(state, parts, false));
  return { batches: joinBatches(found.batches, batches), isComplete: true };
}

const viewOf = ({ last }: State, { lake, log }: Parts): View => ({ lake, log, last: last.window });

const deepOf = ({ windows }: State, { settings, nowMs }: Parts, isFlush: boolean): Deep => ({
  windows,
  isFlush,
  nowMs: nowMs(),
  fullSweepHours: settings.fullSweepHours,
});

const decideOn = ({ batches }: Found, look: Look, { last, inFlight }: State, parts: Parts): Decision =>
  decide(
    { last, inFlight, uncut: batches, flush: look.how === 'flush', nowMs: parts.nowMs() },
    parts.settings,
    parts.model,
  );

/** Names the objects of the catalogue as it is now. @returns undefined if there is none. */
async function readCatalogueInputs(lake: Lake): Promise<Window['catalogue']> {
  const objects = await listCatalogue(lake);
  if (objects.through === 0) return undefined;
  return {
    through: objects.through,
    objects: inOrder(objects).map(({ key, sizeBytes }) => ({ key, sizeBytes })),
  };
}

/** Logs the decision on all partitions, and writes the window if there is one. */
async function conclude(
  decision: Decision,
  { how: look }: Look,
  { last, inFlight }: State,
  { lake, log }: Parts,
): Promise<Outcome> {
  if (!decision.cut) {
    const { reason, newInteractions, needed, waitedSeconds } = decision;
    log.measure({
      // Without a window every batch has new interactions.
      ...(last.number === 0 && newInteractions === 0 && { NothingStored: 1 }),
      Waiting: newInteractions,
      Needed: needed,
      WaitedSeconds: waitedSeconds,
    });
    log.info(`Not yet: ${reason}`, { look, newInteractions, needed });
    return { cut: undefined, reason, newInteractions, inFlight };
  }
  const { window, reason, newInteractions } = decision.cut;
  const object = windowKey(window);
  const catalogue = await readCatalogueInputs(lake);
  const tombstones = await readTombstoneInputs(lake);
  // The model is the longest part, so it comes last.
  const { model, ...rest } = decision.cut;
  const cut: Window = {
    ...rest,
    ...(catalogue ? { catalogue } : {}),
    ...(tombstones ? { tombstones } : {}),
    model,
  };
  if (!(await lake.create(object, toJson(cut), 'application/json'))) {
    log.info('Another invocation cut this window first', { look, window, object });
    return {
      cut: undefined,
      reason: `another invocation has cut window ${window}`,
      newInteractions: 0,
      inFlight: true,
    };
  }
  for (const generation of decision.recreated)
    log.warn('A topic was deleted and created again: its offsets start again, and its sales are trained on', {
      window,
      generation,
    });
  log.measure({ Waiting: 0, WaitedSeconds: 0, WindowsCut: 1 });
  log.info(`Cut window ${window}: ${reason.text}`, { look, window, object, newInteractions });
  return { cut: window, reason: reason.text, newInteractions, inFlight: true };
}

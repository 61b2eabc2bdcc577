import { windowKey } from '../shared/contract/keys.ts';
import type { Model } from '../shared/contract/model.ts';
import { type Lake, toJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { decide } from './decide.ts';
import { isInFlight, readLastCut, scanAll, scanNewBatches } from './scan.ts';
import type { Threshold } from './settings.ts';

/**
 * The batches to look at. `event`: those after the highest offsets cut, for events and frequent sweeps. `sweep`: all, for a
 * full sweep. `flush`: all, and a window of all new batches is cut, however few.
 */
export type Look = 'event' | 'sweep' | 'flush';

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

/**
 * Reads the bucket, decides whether to cut a window, and writes `windows/N.json` if so. If several calls cut the same window
 * at the same time, one of them writes it; the others succeed and do nothing.
 */
export async function threshold(look: Look, { lake, log, settings, model, nowMs }: Parts): Promise<Outcome> {
  const last = await readLastCut(lake, log);
  const inFlight = last.number > 0 && (await isInFlight(lake, last.number));
  const uncut = look === 'event' ? await scanNewBatches(lake, last.window, log) : await scanAll(lake, log);
  const decision = decide(
    { last, inFlight, uncut, flush: look === 'flush', nowMs: nowMs() },
    settings,
    model,
  );

  if (!decision.cut) {
    const { reason, newInteractions, needed, waitedSeconds } = decision;
    log.measure({ Waiting: newInteractions, Needed: needed, WaitedSeconds: waitedSeconds });
    log.info(`Not yet: ${reason}`, { look, newInteractions, needed });
    return { cut: undefined, reason, newInteractions, inFlight };
  }
  const { window, reason, newInteractions } = decision.cut;
  const object = windowKey(window);
  if (!(await lake.create(object, toJson(decision.cut), 'application/json'))) {
    log.info('Another invocation cut this window first', { look, window, object });
    return {
      cut: undefined,
      reason: `another invocation has cut window ${window}`,
      newInteractions: 0,
      inFlight: true,
    };
  }
  log.measure({ Waiting: 0, WaitedSeconds: 0, WindowsCut: 1 });
  log.info(`Cut window ${window}: ${reason.text}`, { look, window, object, newInteractions });
  return { cut: window, reason: reason.text, newInteractions, inFlight: true };
}

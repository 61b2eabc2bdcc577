import type { BatchName } from '../shared/contract/keys.ts';
import type { Model } from '../shared/contract/model.ts';
import { counted, grouped, lowest, sum } from '../shared/contract/numbers.ts';
import type { Window } from '../shared/contract/schemas.ts';
import { placeBatches } from './generations.ts';
import type { Threshold } from './settings.ts';

/** A stored batch that no window contains yet. */
export interface UncutBatch {
  readonly key: string;
  readonly name: BatchName;
  readonly sizeBytes: number;
  /** Epoch ms. */
  readonly storedAtMs: number;
}

/** The input of a decision. */
export interface Situation {
  /** Number of the newest window, 0 if there is none, and the newest window that can be read. */
  readonly last: { readonly number: number; readonly window: Window | undefined };
  /** Whether the newest window still waits for its run: it has neither a manifest nor failed. */
  readonly inFlight: boolean;
  /** In key order; may be empty. */
  readonly uncut: readonly UncutBatch[];
  /** Whether to cut a window of all new batches, however few. */
  readonly flush: boolean;
  readonly nowMs: number;
}

/** A window to write, or the reason why none is cut yet and the number of interactions that is needed. */
export type Decision =
  | {
      readonly cut: Window;
      /** Names of the generations that begin in the window although it is not their partition's first one; may be empty. */
      readonly recreated: readonly string[];
    }
  | {
      readonly cut: undefined;
      readonly reason: string;
      readonly newInteractions: number;
      readonly needed: number;
      /** Time since the oldest new batch was stored; 0 if there is none. */
      readonly waitedSeconds: number;
    };

/**
 * Decides whether to cut a window now.
 *
 * A window is cut if new interactions ≥ max(threshold, growth × interactions cut so far), or if the oldest new batch has
 * waited for `maxWaitSeconds`; never while a run is in flight. A batch whose offsets were all cut before (a replay) joins a
 * window but never causes one; see generations.ts for topics that were deleted and created again.
 */
export function decide(situation: Situation, settings: Threshold, model: Model): Decision {
  const { last, uncut, nowMs } = situation;
  const before = last.window?.partitions ?? {};
  // Rows that were delivered several times count once here, in contrast to `totalInteractions`, so they delay no window.
  const trained = sum(Object.values(before).map(({ interactions }) => interactions));
  const needed = Math.max(settings.threshold, Math.ceil(settings.growth * trained));
  const { placed, partitions } = placeBatches(before, uncut, last.window?.cutAtMs ?? 0);
  const newBatches = placed.filter(({ newRows }) => newRows > 0);
  const oldestMs = lowest(newBatches.map(({ batch }) => batch.storedAtMs));
  const newInteractions = sum(newBatches.map(({ newRows }) => newRows));
  const notYet = (reason: string): Decision => ({
    cut: undefined,
    reason,
    newInteractions,
    needed,
    waitedSeconds: newBatches.length === 0 ? 0 : Math.max(0, nowMs - oldestMs) / 1000,
  });

  if (situation.inFlight)
    return notYet(`window ${last.number} is in flight: its run must finish or fail first`);
  if (newInteractions === 0) return notYet(`no new interactions; a window is cut at ${grouped(needed)}`);
  const reason = reasonToCut(situation, settings, { newInteractions, needed, oldestMs });
  if (!reason) {
    const latest = new Date(oldestMs + settings.maxWaitSeconds * 1000).toISOString();
    return notYet(
      `${grouped(newInteractions)} of ${grouped(needed)} new interactions: a window is cut after ${grouped(needed - newInteractions)} more, or at ${latest}`,
    );
  }
  return {
    cut: {
      window: last.number + 1,
      cutAtMs: nowMs,
      reason,
      batches: uncut.map(({ key, sizeBytes }) => ({ key, sizeBytes })),
      newInteractions,
      partitions,
      totalInteractions: (last.window?.totalInteractions ?? 0) + sum(uncut.map(({ name }) => name.count)),
      model,
    },
    recreated: Object.keys(partitions).filter((path) => path.includes('@') && !(path in before)),
  };
}

function reasonToCut(
  { uncut, flush, nowMs }: Situation,
  { maxWaitSeconds }: Threshold,
  { newInteractions, needed, oldestMs }: { newInteractions: number; needed: number; oldestMs: number },
): Window['reason'] | undefined {
  const have = `${counted(newInteractions, 'new interaction')} in ${counted(uncut.length, 'batch', 'batches')}`;
  if (newInteractions >= needed)
    return { kind: 'threshold', needed, text: `${have}: at least ${grouped(needed)} were needed` };
  if (flush)
    return { kind: 'flush', text: `${have}: flushed on request, ${grouped(needed)} would have been needed` };
  const waitedSeconds = (nowMs - oldestMs) / 1000;
  if (waitedSeconds >= maxWaitSeconds)
    return {
      kind: 'maxWait',
      waitedSeconds,
      text: `${have}: the oldest has waited ${grouped(Math.floor(waitedSeconds))} s, at most ${grouped(maxWaitSeconds)} s are allowed`,
    };
  return undefined;
}

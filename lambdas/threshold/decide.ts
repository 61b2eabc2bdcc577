import { type BatchName, partitionPath } from '../shared/contract/keys.ts';
import type { Model } from '../shared/contract/model.ts';
import type { Window } from '../shared/contract/schemas.ts';
import { lowest, sum } from '../shared/platform/numbers.ts';
import { addRange, covers } from './ranges.ts';
import type { Threshold } from './settings.ts';

/** A stored batch that no window names yet. */
export interface UncutBatch {
  readonly key: string;
  readonly name: BatchName;
  readonly sizeBytes: number;
  readonly storedAtMs: number;
}

/** What a decision is made from. */
export interface Situation {
  /** The newest window, 0 before the first, and the newest one that can be read. */
  readonly last: { readonly number: number; readonly window: Window | undefined };
  /** Whether the newest window has neither a manifest nor used up its attempts. */
  readonly inFlight: boolean;
  /** In key order. */
  readonly uncut: readonly UncutBatch[];
  /** Cut whatever is new. */
  readonly flush: boolean;
  readonly nowMs: number;
}

/** A window to write, or why there is none yet and which number would change that. */
export type Decision =
  | { readonly cut: Window }
  | {
      readonly cut: undefined;
      readonly reason: string;
      readonly newInteractions: number;
      readonly needed: number;
      /** How long the oldest new interaction has waited; 0 if there is none. */
      readonly waitedSeconds: number;
    };

/**
 * Decides whether a window is cut now.
 *
 * new >= max(threshold, growth * trained so far), or the oldest uncut batch has waited maxWait; never while a run is in
 * flight. Batches that lie wholly within what was cut before (replays) join a window but never cause one.
 */
export function decide(situation: Situation, settings: Threshold, model: Model): Decision {
  const { last, uncut, nowMs } = situation;
  const trained = last.window?.totalInteractions ?? 0;
  const needed = Math.max(settings.threshold, Math.ceil(settings.growth * trained));
  const { partitions, fresh } = addBatches(last.window?.partitions ?? {}, uncut);
  const oldestMs = lowest(fresh.map(({ storedAtMs }) => storedAtMs));
  const newInteractions = sum(fresh.map(({ name }) => name.count));
  const notYet = (reason: string): Decision => ({
    cut: undefined,
    reason,
    newInteractions,
    needed,
    waitedSeconds: fresh.length === 0 ? 0 : Math.max(0, nowMs - oldestMs) / 1000,
  });

  if (situation.inFlight)
    return notYet(`window ${last.number} is in flight: its run must finish or fail first`);
  if (newInteractions === 0) return notYet(`nothing new: ${grouped(needed)} new interactions cut a window`);
  const reason = reasonToCut(situation, settings, { newInteractions, needed, oldestMs });
  if (!reason) {
    const latest = new Date(oldestMs + settings.maxWaitSeconds * 1000).toISOString();
    return notYet(
      `${grouped(newInteractions)} of ${grouped(needed)} new interactions: ${grouped(needed - newInteractions)} more cut a window, or ${latest}`,
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
      totalInteractions: trained + sum(uncut.map(({ name }) => name.count)),
      model,
    },
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

/** Adds batches to the running state of the partitions; `fresh` are those that bring an offset not seen before. */
function addBatches(before: Window['partitions'], batches: readonly UncutBatch[]) {
  const partitions = { ...before };
  const fresh: UncutBatch[] = [];
  for (const batch of batches) {
    const { first, last, count } = batch.name;
    const path = partitionPath(batch.name);
    const { ranges, interactions } = partitions[path] ?? { ranges: [], interactions: 0 };
    if (!covers(ranges, first, last)) fresh.push(batch);
    partitions[path] = { ranges: addRange(ranges, first, last), interactions: interactions + count };
  }
  return { partitions, fresh };
}

const grouped = (value: number): string => value.toLocaleString('en-US');
const counted = (value: number, one: string, many = `${one}s`): string =>
  `${grouped(value)} ${value === 1 ? one : many}`;

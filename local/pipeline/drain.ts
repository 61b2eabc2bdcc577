import { z } from 'zod';
import { type Watch, watchUntil } from '../results/watch.ts';
import { invokeFunction } from '../stack/call-function.ts';
import type { Pipeline } from './pipeline.ts';

/** The parts of threshold's answer that are used here. */
const ThresholdAnswer = z.object({ newInteractions: z.int(), inFlight: z.boolean() });

export interface DrainOptions {
  /** Time limit of each step: storing, training, publishing with rendering. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Called when the poller has committed everything. */
  readonly onStored?: () => void;
}

/**
 * Waits until everything that was produced is processed: stored, cut into windows, trained on, decided and rendered.
 * At the end a flush cuts a window of the remaining sales, which are below the threshold.
 *
 * @throws {Error} If a step takes longer than `timeoutSeconds`.
 */
export async function drain(
  pipeline: Pipeline,
  watch: Watch,
  { timeoutSeconds, signal, onStored }: DrainOptions,
): Promise<void> {
  const wait = (task: string, done: () => boolean | Promise<boolean>) =>
    watchUntil(watch, done, { task, timeoutSeconds, signal });
  await wait('storing the sales', async () => (await pipeline.poller.lag()) === 0);
  onStored?.();
  for (;;) {
    signal.throwIfAborted();
    const answer = await invokeFunction(pipeline.endpoint, pipeline.functions.threshold, { flush: true });
    const { newInteractions, inFlight } = ThresholdAnswer.parse(answer);
    if (newInteractions === 0 && !inFlight) break;
    await wait('training', () => watch.openWindows === 0);
    // A window that waits for the next month stays in flight.
    if (watch.waitingWindows.length > 0) break;
  }
  await wait('publishing and rendering', () => watch.isSettled);
}

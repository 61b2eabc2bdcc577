import { z } from 'zod';
import { type Watch, watchUntil } from '../results/watch.ts';
import { invokeFunction } from '../stack/call-function.ts';
import type { Pipeline } from './pipeline.ts';

/** What the threshold Lambda answers, as far as this machine needs it. */
const Answer = z.object({ newInteractions: z.int(), inFlight: z.boolean() });

export interface WorkOffOptions {
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Told when the poller has committed everything. */
  readonly onStored?: () => void;
}

/**
 * Waits until everything that was produced has gone through the pipeline: committed by the poller, cut, trained,
 * rendered and published. What stays below the threshold at the end of the input is cut by a flush.
 */
export async function workOff(
  pipeline: Pipeline,
  watch: Watch,
  { timeoutSeconds, signal, onStored }: WorkOffOptions,
): Promise<void> {
  const wait = (what: string, done: () => boolean | Promise<boolean>) =>
    watchUntil(watch, done, { what, timeoutSeconds, signal });
  await wait('storing the sales', async () => (await pipeline.poller.lag()) === 0);
  onStored?.();
  for (;;) {
    signal.throwIfAborted();
    const answer = await invokeFunction(pipeline.endpoint, pipeline.functions.threshold, { flush: true });
    const { newInteractions, inFlight } = Answer.parse(answer);
    if (newInteractions === 0 && !inFlight) break;
    await wait('training', () => watch.openWindows === 0);
  }
  await wait('rendering and publishing', () => watch.isSettled);
}

import type { Client } from './client.ts';
import { ApiError } from './client.ts';
import { setText } from './place.ts';
import { failureSentence } from './words.ts';

const PERIOD_MS = 10_000;
/** While no run is served: the first one is about to come. */
const IMPATIENT_MS = 3_000;
const MAX_WAIT_MS = 60_000;

/**
 * Asks, while the page is visible, which run is served, and reports it in words.
 *
 * @param onServed Called whenever another run is served than when the page was opened, or the first one.
 */
export function followRuns(client: Client, status: HTMLElement, onServed: () => void): void {
  /** Null: none, or it is not known. Undefined: not asked yet. */
  let served: number | null | undefined;
  let waitMs = PERIOD_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const poll = async (): Promise<void> => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') return;
    try {
      const { run } = (await client.ready({})).run;
      if (run !== served) {
        setText(status, served === undefined ? `Run ${run} is served.` : `Run ${run} is served now.`);
        if (served !== undefined) onServed();
        served = run;
      } else if (waitMs > PERIOD_MS) setText(status, `Connected again. Run ${run} is served.`);
      waitMs = PERIOD_MS;
    } catch (error) {
      const isWaiting = error instanceof ApiError && error.problem?.type === 'urn:cartograph:problem:no-run';
      served ??= null;
      waitMs = isWaiting ? IMPATIENT_MS : Math.min(MAX_WAIT_MS, 2 * waitMs);
      setText(status, failureSentence(error));
    }
    clearTimeout(timer);
    timer = setTimeout(poll, waitMs);
  };
  document.addEventListener('visibilitychange', () => void poll());
  void poll();
}

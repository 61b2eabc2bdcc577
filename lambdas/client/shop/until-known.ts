/** The clock, which tests replace. */
export interface Timing {
  /** Milliseconds since some moment; never runs backwards. */
  now(): number;
  wait(ms: number): Promise<void>;
}

export const BROWSER_TIMING: Timing = {
  now: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** The first pause between two questions, and how it grows to the longest. */
const FIRST_PAUSE_MS = 25;
const GROWTH = 1.5;
const LONGEST_PAUSE_MS = 1_000;
/** After this time without the awaited answer, asking ends. */
export const PATIENCE_MS = 15_000;

export interface Asked<Answer> {
  /** The newest answer. */
  readonly answer: Answer;
  /** False: the patience ended before an answer knew the sale. */
  readonly isKnown: boolean;
}

/**
 * Asks again and again, with longer and longer pauses, until an answer knows something or the patience ends.
 *
 * @param ask Asks once. A failure counts as an answer that does not know it.
 * @throws The last failure, if no question was answered at all.
 */
export async function askUntilKnown<Answer>(
  ask: () => Promise<Answer>,
  isKnown: (answer: Answer) => boolean | Promise<boolean>,
  { timing, patienceMs = PATIENCE_MS }: { readonly timing: Timing; readonly patienceMs?: number },
): Promise<Asked<Answer>> {
  const endMs = timing.now() + patienceMs;
  let pauseMs = FIRST_PAUSE_MS;
  let newest: { readonly answer: Answer } | undefined;
  let failure: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (await isKnown(answer)) return { answer, isKnown: true };
      newest = { answer };
    } catch (error) {
      failure = error;
    }
    if (timing.now() + pauseMs > endMs) break;
    await timing.wait(pauseMs);
    pauseMs = Math.min(LONGEST_PAUSE_MS, GROWTH * pauseMs);
  }
  if (newest === undefined) throw failure;
  return { ...newest, isKnown: false };
}

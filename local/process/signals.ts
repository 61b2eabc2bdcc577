/** Somebody wants this process to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Of a program that a signal has ended, as shells tell it. */
export const INTERRUPTED_EXIT_CODE = 130;

/** One key press may arrive several times: from the terminal, from npm and from what npm started. */
const SAME_PRESS_MS = 300;

/** Calls `first` at the first signal that asks this process to end; a second one ends it at once. */
export function onSignals(first: () => void): void {
  let firstMs: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      const nowMs = performance.now();
      if (firstMs !== undefined && nowMs - firstMs > SAME_PRESS_MS) process.exit(INTERRUPTED_EXIT_CODE);
      if (firstMs !== undefined) return;
      firstMs = nowMs;
      first();
    });
}

/** A signal has asked this process to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The exit code after Ctrl-C, as shells report it. */
export const INTERRUPTED_EXIT_CODE = 130;

/** Signals within this time count as one: the terminal, npm and its scripts may all pass on the same key press. */
const SAME_PRESS_MS = 300;

/** Calls `first` at the first signal that asks this process to end; a second signal ends the process at once. */
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

/** Identifies a process of this machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the system reports it; only good for comparing. */
  readonly startTime: string;
}

/** The locks' files. The first is held during an installation, the second by `npm start` while its pipeline runs. */
export const LOCKS: { readonly installing: string; readonly running: string };

/** Returns when a process started; undefined if it has ended. */
export function startTimeOf(pid: number): string | undefined;

/** Returns true if exactly this process still runs, not only one with the same id. */
export function isRunning(process: ProcessIdentity): boolean;

/**
 * Takes a lock, also if its holder has ended without releasing it. The lock is released when this process exits.
 *
 * @param path The lock's file, in a directory that exists.
 * @param explain Returns the error's message; the holder is a text such as "process 123".
 * @returns A function that releases the lock.
 * @throws {Error} If another process holds it.
 */
export function acquireLock(path: string, explain: (holder: string) => string): () => void;

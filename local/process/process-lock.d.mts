/** A process of this machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the system tells it; only compared. */
  readonly startTime: string;
}

/** The files of the locks: of an installation, and of a pipeline of `npm start`. */
export const LOCKS: { readonly installing: string; readonly running: string };

/** When a process started; undefined if there is no such process any more. */
export function startTimeOf(pid: number): string | undefined;

/** Whether this very process is still there. */
export function isRunning(process: ProcessIdentity): boolean;

/**
 * Takes the lock, also from a process that has ended without giving it back. It is given back when this process exits.
 *
 * @param explain The message of the error, given who holds it: "process 123".
 * @returns a function that gives it back
 * @throws {Error} If another process holds it.
 */
export function acquireLock(path: string, explain: (holder: string) => string): () => void;

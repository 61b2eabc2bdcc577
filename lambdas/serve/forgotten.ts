import { setTimeout as sleep } from 'node:timers/promises';
import type { Lake } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import {
  createTombstones,
  type ErasureKey,
  type ForgottenUsers,
  STUCK_MS,
  TOMBSTONE_REFRESH_SECONDS,
} from '../shared/platform/tombstones.ts';

/** The forgotten users, for answers, which wait for them only briefly. */
export interface PatientForgotten {
  /** Returns the newest copy, after a short wait if it is old. It never fails. */
  current(): Promise<ForgottenState>;
  /** Number of the newest erasure that is known; 0 without one. */
  readonly through: number;
}

/** The copy of the erasures. */
export interface ForgottenState {
  /** An old copy is used too, because erasures are never taken back. Undefined without a copy. */
  readonly users: ForgottenUsers | undefined;
  /**
   * False if a user may have been forgotten whom the copy does not have, because it is older than {@link MOST_AGE_SECONDS} or there is
   * none. Answers then leave out the history of the run, which may be that of a forgotten user. They keep recent sales, because forget
   * deletes those of the user from their table.
   */
  readonly isKnown: boolean;
}

export interface ForgottenOptions {
  readonly lake: Pick<Lake, 'list' | 'read'>;
  /** Loads the key that recognises forgotten users. */
  readonly key: () => Promise<ErasureKey>;
  readonly log: Log;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
  /** Waits; only tests pass one. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** A fault of a few minutes does not take the histories from answers; a longer one does, and raises an alarm. */
export const MOST_AGE_SECONDS = 300;
/** Longest time that requests wait for a refresh before they use the copy. */
const PATIENCE_MS = 800;
/** The same while there is no copy yet. */
const FIRST_PATIENCE_MS = 5_000;
/** A bucket that does not answer fails sooner. A slower refresh was frozen with its process between requests: the next try is due. */
const LONGEST_MS = 10_000;

/** A refresh in progress. */
interface Refresh {
  readonly startedMs: number;
  /** Ends with the refresh, or when requests should not wait for it any longer. It never fails. */
  readonly patience: Promise<unknown>;
}

const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false });

/** Keeps a copy of the forgotten users. Requests share its refreshes, which happen while they are answered. */
export function createForgotten({ lake, key, log, nowMs, wait = pause }: ForgottenOptions): PatientForgotten {
  const tombstones = createTombstones({ lake, key, nowMs });
  let failedMs = Number.NEGATIVE_INFINITY;
  let running: Refresh | undefined;

  const start = (): Refresh => {
    const startedMs = nowMs();
    const end = tombstones.refresh().catch((error: unknown) => {
      failedMs = Math.min(nowMs(), startedMs + LONGEST_MS);
      log.warn('The tombstones cannot be read', { error, through: tombstones.latest?.through });
    });
    const patience = Promise.race([end, wait(tombstones.latest ? PATIENCE_MS : FIRST_PATIENCE_MS)]);
    const refresh = { startedMs, patience };
    void end.then(() => {
      if (running === refresh) running = undefined;
    });
    return refresh;
  };

  return {
    get through() {
      return tombstones.latest?.through ?? 0;
    },
    async current() {
      if (running && nowMs() - running.startedMs > STUCK_MS) running = undefined;
      const { ageSeconds } = tombstones;
      const isResting = nowMs() - failedMs < TOMBSTONE_REFRESH_SECONDS * 1000;
      if (ageSeconds >= TOMBSTONE_REFRESH_SECONDS && !isResting) running ??= start();
      // A process does nothing between requests, so with few of them the copy would always be old.
      if (running && ageSeconds >= 2 * TOMBSTONE_REFRESH_SECONDS) await running.patience;
      return { users: tombstones.latest, isKnown: tombstones.ageSeconds < MOST_AGE_SECONDS };
    },
  };
}

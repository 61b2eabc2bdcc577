import type { Log } from '../shared/platform/log.ts';
import type { RecentSale, RecentSales } from '../shared/platform/recent.ts';

/** Recent sales, for answers that do not wait for them for ever. */
export interface PatientRecent {
  /** @returns The stored sales of a user; undefined if they could not be read in time. */
  ofUser(user: string): Promise<readonly RecentSale[] | undefined>;
}

export interface PatientRecentOptions {
  readonly recent: Pick<RecentSales, 'ofUser'>;
  readonly log: Log;
  /** The clock, epoch ms. */
  readonly nowMs: () => number;
  /** Returns a signal that aborts after a time; only tests pass one. */
  readonly timeout?: (ms: number) => AbortSignal;
}

/** An answer waits so long for the recent sales, and is then made without them. */
export const RECENT_LIMIT_MS = 1000;
/** After so many failures one after another, the store is left alone for a while, so that answers are quick. */
const MOST_FAILURES = 3;
const REST_MS = 5000;

/** Limits how long answers wait. A failure is counted as a metric, which has an alarm. */
export function createPatientRecent({
  recent,
  log,
  nowMs,
  timeout = AbortSignal.timeout,
}: PatientRecentOptions): PatientRecent {
  let failures = 0;
  let restsUntilMs = Number.NEGATIVE_INFINITY;
  return {
    async ofUser(user) {
      if (nowMs() < restsUntilMs) {
        log.measure({ AnswersWithoutRecent: 1 });
        return undefined;
      }
      const signal = timeout(RECENT_LIMIT_MS);
      try {
        const sales = await Promise.race([recent.ofUser(user, signal), rejected(signal)]);
        failures = 0;
        return sales;
      } catch (error) {
        failures += 1;
        if (failures >= MOST_FAILURES) restsUntilMs = nowMs() + REST_MS;
        log.warn('Answers without recent sales: they could not be read', { error, failures });
        log.measure({ AnswersWithoutRecent: 1 });
        return undefined;
      }
    },
  };
}

const rejected = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

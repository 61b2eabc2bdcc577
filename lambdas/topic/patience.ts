import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Log } from '../shared/platform/log.ts';
import { isRefusedSignIn, isTemporary, TimeoutError } from './faults.ts';

export interface Patience {
  readonly admin: Pick<Admin, 'connect' | 'disconnect'>;
  readonly log: Log;
  /** Timeout of the whole request. Shorter than that of the Lambda, so that the reason is reported. */
  readonly timeoutMs: number;
  /** Pause before a temporary fault is tried again, in ms; 2 s by default. */
  readonly pauseMs?: number;
}

const DISCONNECT_MS = 2_000;
const PAUSE_MS = 2_000;

/**
 * Repeats `work` while its fault is temporary and time is left, and throws the last fault.
 *
 * @param share The share of the time left that it may take, 0 to 1; all by default. After a share, other work still has time.
 */
export type Patiently = <Value>(work: () => Promise<Value>, share?: number) => Promise<Value>;

/**
 * Connects, works and disconnects. A sign-in that is refused is repeated as well: IAM takes some seconds to spread the
 * permissions of a role that was just created.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export async function connected<Value>(
  parts: Patience,
  work: (patiently: Patiently) => Promise<Value>,
): Promise<Value> {
  const { admin, log, timeoutMs, pauseMs = PAUSE_MS } = parts;
  const deadlineMs = performance.now() + timeoutMs;
  const patiently: Patiently = async (attempt, share = 1) => {
    const leftMs = (deadlineMs - performance.now()) * share;
    const untilMs = performance.now() + leftMs;
    for (;;)
      try {
        // Returns at once while connected.
        const attempted = admin.connect().then(attempt);
        return await (share === 1 ? attempted : limited(untilMs - performance.now(), attempted));
      } catch (error) {
        if (!isTemporary(error) || performance.now() + pauseMs >= untilMs) throw error;
        log.info('The cluster is not ready; trying again', { error });
        // A connection whose sign-in was refused is not used again.
        if (isRefusedSignIn(error)) await admin.disconnect();
        await sleep(pauseMs);
      }
  };
  return await within(parts, () => work(patiently));
}

/** Works for at most `timeoutMs`, then disconnects. @throws {TimeoutError} If the work takes longer. */
export async function within<Value>(
  { admin, timeoutMs }: Patience,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await limited(timeoutMs, work());
  } finally {
    await limited(DISCONNECT_MS, admin.disconnect()).catch(() => undefined);
  }
}

async function limited<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

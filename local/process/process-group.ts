import { setTimeout as sleep } from 'node:timers/promises';

const GRACE_MS = 5_000;
const CHECK_EVERY_MS = 20;

/**
 * Sends a signal to a program and its child processes.
 *
 * @param pid The program's process id, which is also its group's.
 * @param signal 0 only checks whether the group exists.
 * @returns False if the group has ended.
 */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    // The group has ended.
    return false;
  }
}

/** Ends a program and its child processes: SIGTERM first, and SIGKILL after five seconds. */
export async function endGroup(
  pid: number,
  isRunning: () => boolean = () => signalGroup(pid, 0),
): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM')) return;
  const deadlineMs = performance.now() + GRACE_MS;
  while (isRunning() && performance.now() < deadlineMs) await sleep(CHECK_EVERY_MS);
  signalGroup(pid, 'SIGKILL');
}

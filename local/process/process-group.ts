import { setTimeout as sleep } from 'node:timers/promises';

/** A program and what it has started, under the program's process id. */

const GRACE_MS = 5_000;
const LOOK_EVERY_MS = 20;

/** @returns whether anybody was there to get it */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    // The group has ended between the look and the signal.
    return false;
  }
}

/** Ends a group politely, and after a few seconds not. */
export async function endGroup(
  pid: number,
  isThere: () => boolean = () => signalGroup(pid, 0),
): Promise<void> {
  if (!signalGroup(pid, 'SIGTERM')) return;
  const deadlineMs = performance.now() + GRACE_MS;
  while (isThere() && performance.now() < deadlineMs) await sleep(LOOK_EVERY_MS);
  signalGroup(pid, 'SIGKILL');
}

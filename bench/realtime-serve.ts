import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** Of Linux, on all machines that Node runs on. */
const TICKS_PER_SECOND = 100;

/** The API in a process of its own. */
export interface ServeProcess {
  readonly url: string;
  readonly pid: number;
  /** What it logged as a warning or an error. */
  readonly failures: readonly string[];
  /** Its highest resident memory so far. */
  peakBytes(): number;
  /** CPU time that it has used, user and system. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

/**
 * Starts a bundled `bench/realtime-process.ts` and waits until it listens.
 *
 * @throws {Error} If it ends before.
 */
export async function startServe(program: string, args: readonly string[]): Promise<ServeProcess> {
  const child = fork(program, [...args]);
  const failures: string[] = [];
  const pid = child.pid ?? 0;
  return {
    url: await addressOf(child, failures),
    pid,
    failures,
    peakBytes: () =>
      1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
    cpuSeconds() {
      // The name, in brackets, may have blanks; https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

const addressOf = (child: ChildProcess, failures: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    child.on('message', (message: { url?: string; failure?: string }) => {
      if (message.failure !== undefined) failures.push(message.failure);
      if (message.url !== undefined) resolve(message.url);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Cannot serve: the process ended with ${code}`)));
  });

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The use of a program while it was measured. */
export interface ProgramUsage {
  readonly wallSeconds: number;
  /** Of all its threads; without its child processes. */
  readonly cpuSeconds: number;
  /** The most memory that it had at one time. */
  readonly peakBytes: number;
}

/** Measures a running program. */
export interface UsageMeter {
  /** Ends the measurement, and returns what was used until the last look at the program. */
  stop(): ProgramUsage;
}

const EVERY_MS = 500;

/**
 * Begins to measure a program, which may have run before, by looking at it twice a second: the system forgets a program's use with
 * its end, so up to half a second of it is missed. Where the system does not show its programs, only the time is measured.
 *
 * @param pid Undefined if the program did not start.
 */
export function measureProgram(pid: number | undefined): UsageMeter {
  const startMs = performance.now();
  let [cpuBefore, cpuSeconds, peakBytes]: [number | undefined, number, number] = [undefined, 0, 0];
  const note = (cpu: number, bytes: number): void => {
    cpuBefore ??= cpu;
    cpuSeconds = Math.max(cpuSeconds, cpu - cpuBefore);
    peakBytes = Math.max(peakBytes, bytes);
  };
  if (pid !== undefined) forgetPeak(pid);
  const look = (): void => {
    if (pid !== undefined) lookAt(pid, note);
  };
  look();
  const timer = setInterval(look, EVERY_MS).unref();
  return {
    stop() {
      clearInterval(timer);
      return { wallSeconds: (performance.now() - startMs) / 1000, cpuSeconds, peakBytes };
    },
  };
}

/** Lets the system count the most memory from now on: https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html */
function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // The program has ended, or the system has no such file; the peak is then that since the program's start.
  }
}

type Note = (cpuSeconds: number, bytes: number) => void;

function lookAt(pid: number, note: Note): void {
  if (existsSync('/proc/self/stat')) lookAtProc(pid, note);
  else lookByPs(pid, note);
}

function lookByPs(pid: number, note: Note): void {
  execFile('ps', ['-o', 'rss=', '-o', 'time=', '-p', String(pid)], (error, output) => {
    const [kilobytes, time] = output.trim().split(/\s+/);
    if (!error && kilobytes && time) note(secondsOf(time), 1024 * Number(kilobytes));
  });
}

/** Linux counts CPU time in hundredths of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;

function lookAtProc(pid: number, note: Note): void {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may contain spaces; field 3 follows.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system] = [Number(fields[11]), Number(fields[12])];
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    note((user + system) / TICKS_PER_SECOND, 1024 * Number(kilobytes ?? 0));
  } catch {
    // The program has ended since the last look.
  }
}

/**
 * Parses the CPU time that `ps` prints: `[[DAYS-]HOURS:]MINUTES:SECONDS`.
 *
 * @example secondsOf('1-02:03:04') // 93784
 * @example secondsOf('0:12.34') // 12.34
 */
export function secondsOf(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  return clock.split(':').reduce((seconds, part) => 60 * seconds + Number(part), 0) + 86_400 * Number(days);
}

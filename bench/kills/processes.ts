import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerStage } from './plan.ts';

/** A process of this machine. */
export interface RunningProcess {
  readonly pid: number;
  /** The process that started it. */
  readonly parent: number;
  readonly args: readonly string[];
  /** Its environment when it started, as `NAME=VALUE`. */
  readonly environment: readonly string[];
}

/**
 * Finds the processes of a pipeline: those whose command line or environment names its directory. This process is left out, and
 * so are processes that have ended.
 *
 * @returns In any order; may be empty.
 * @throws {Error} On a system without `/proc`.
 */
export function processesOf(directory: string): RunningProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    const args = wordsOf(`/proc/${name}/cmdline`);
    const environment = wordsOf(`/proc/${name}/environ`);
    const isOurs = [...args, ...environment].some((word) => word.includes(directory));
    return isOurs ? [{ pid: Number(name), parent: parentOf(name), args, environment }] : [];
  });
}

/** Returns the words of a file of /proc that ends each with NUL; none if the process has ended. */
function wordsOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** A Spark job that runs. */
export interface RunningJob {
  readonly pid: number;
  readonly window: number;
  readonly attempt: number;
}

/**
 * Finds the Spark jobs among processes: a JVM has the log of its job open while that runs, which begins a moment after the JVM
 * starts. A program that a JVM starts has its command line and files for a moment, and is left out.
 *
 * @param filesOf Returns the files that a process has open.
 */
export function jobsOf(
  processes: readonly RunningProcess[],
  filesOf: (pid: number) => readonly string[] = openFiles,
): RunningJob[] {
  const jvms = processes.filter(({ args }) => args.includes('cartograph.JobLoop'));
  const pids = new Set(jvms.map(({ pid }) => pid));
  return jvms
    .filter(({ parent }) => !pids.has(parent))
    .flatMap(({ pid }) => {
      const log = filesOf(pid)
        .map((path) => /\/window-(\d+)-attempt-(\d+)\.log$/.exec(path))
        .find((found) => found !== null);
      return log ? [{ pid, window: Number(log[1]), attempt: Number(log[2]) }] : [];
    });
}

/** Returns the paths of the files that a process has open; none if it has ended. */
function openFiles(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  try {
    return readdirSync(directory).flatMap((name) => {
      try {
        return [readlinkSync(join(directory, name))];
      } catch {
        // It was closed meanwhile.
        return [];
      }
    });
  } catch {
    return [];
  }
}

/**
 * Finds windows that several jobs train at once. Jobs of two windows may overlap: a window counts as trained with its manifest,
 * which its job writes last before it ends.
 *
 * @returns A sentence for each such window; may be empty.
 */
export function doubledJobs(jobs: readonly RunningJob[]): string[] {
  return [...Map.groupBy(jobs, ({ window }) => window)]
    .filter(([, ofWindow]) => ofWindow.length > 1)
    .map(
      ([window, ofWindow]) =>
        `window ${window} had ${ofWindow.length} jobs at once, of attempts ${ofWindow.map(({ attempt }) => attempt).join(' and ')}`,
    );
}

/** Finds the Lambda workers of a stage. @param functions Names of the functions by stage. */
export const workersOf = (
  processes: readonly RunningProcess[],
  functions: Readonly<Record<WorkerStage, string>>,
  stage: WorkerStage,
): RunningProcess[] =>
  processes.filter(({ environment }) => environment.includes(`AWS_LAMBDA_FUNCTION_NAME=${functions[stage]}`));

/** Returns the CPU time of a process in ticks of the system, usually hundredths of a second; 0 if it has ended. */
export function cpuTicksOf(pid: number): number {
  const fields = statOf(String(pid));
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

const parentOf = (pid: string): number => Number(statOf(pid)[1] ?? 0);

/**
 * Returns the fields of `/proc/PID/stat` from the third on; none if the process has ended. The second field is the program's name in
 * parentheses, which may contain spaces: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function statOf(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** Returns the process id that the pipeline has noted for a program, or undefined. */
export function notedPid(
  directory: string,
  file: 'kafka/broker.pid' | 'aws/emulator.pid',
): number | undefined {
  try {
    const { pid } = JSON.parse(readFileSync(join(directory, file), 'utf8')) as { readonly pid?: unknown };
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Sends SIGKILL. @returns False if there is no such process any more. */
export function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/**
 * Kills every process of a pipeline.
 *
 * @returns The command lines of those that ran; empty if there were none.
 */
export async function endProcessesOf(directory: string): Promise<string[]> {
  const found = new Map<number, string>();
  for (;;) {
    const left = processesOf(directory);
    if (left.length === 0) return [...found.values()];
    for (const { pid, args } of left) {
      found.set(pid, args.join(' ').slice(0, 200));
      kill(pid);
    }
    await sleep(100);
  }
}

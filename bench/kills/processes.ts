import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerStage } from './plan.ts';

/** A process of this machine. */
export interface RunningProcess {
  readonly pid: number;
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
    return isOurs ? [{ pid: Number(name), args, environment }] : [];
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

/** Finds the Spark jobs of a pipeline, with window and attempt. */
export const jobsOf = (processes: readonly RunningProcess[]) =>
  processes
    .filter(({ args }) => args.includes('cartograph.TrainJob'))
    .map(({ pid, args }) => ({
      pid,
      window: Number(args[args.indexOf('--window') + 1]),
      attempt: Number(args[args.indexOf('--attempt') + 1]),
    }));

/** Finds the Lambda workers of a stage. @param functions Names of the functions by stage. */
export const workersOf = (
  processes: readonly RunningProcess[],
  functions: Readonly<Record<WorkerStage, string>>,
  stage: WorkerStage,
): RunningProcess[] =>
  processes.filter(({ environment }) => environment.includes(`AWS_LAMBDA_FUNCTION_NAME=${functions[stage]}`));

/** Returns the CPU time of a process in ticks of the system, usually hundredths of a second; 0 if it has ended. */
export function cpuTicksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may contain spaces; field 3 follows.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
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

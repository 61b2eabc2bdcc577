import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';

/** A process that ended with exit code 0. */
export interface Finished {
  readonly seconds: number;
  /** CPU seconds, user and system, of the process and all its descendants that have ended. */
  readonly cpuSeconds: number;
  readonly output: string;
  /** Peak memory of the process and all its descendants together, with shared pages divided among them; NaN without /proc. */
  readonly peakBytes: number;
}

const SAMPLE_EVERY_MS = 500;
/** To measure ten gigabytes stops their process for 0.1 s, so samples are farther apart than this many times as long. */
const PAUSE_PER_SAMPLE = 50;

/** Runs its arguments and writes the CPU times of the shell and of its descendants to file descriptor 3: two lines, user and system. */
const WITH_TIMES = '"$@" 3>&-; status=$?; times >&3; exit "$status"';

/**
 * Runs a command to its end and samples the memory of the process and its descendants.
 *
 * @throws {Error} If the exit code is not 0. The message contains the end of the output.
 */
export async function timed(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const startedMs = performance.now();
  const child = spawn('bash', ['-c', WITH_TIMES, 'bash', command, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let [output, times] = ['', ''];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const [, , , timesStream] = child.stdio;
  if (timesStream instanceof Readable)
    timesStream.setEncoding('utf8').on('data', (text: string) => {
      times += text;
    });
  let peakBytes = Number.NaN;
  let sampler: NodeJS.Timeout;
  const sample = (): void => {
    const sampledMs = performance.now();
    const bytes = memoryOfTree(child.pid ?? 0);
    peakBytes = Number.isNaN(peakBytes) ? bytes : Math.max(peakBytes, bytes);
    const tookMs = performance.now() - sampledMs;
    sampler = setTimeout(sample, Math.max(SAMPLE_EVERY_MS, PAUSE_PER_SAMPLE * tookMs));
  };
  sampler = setTimeout(sample, SAMPLE_EVERY_MS);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0)
      throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-2000)}`);
    return {
      seconds: (performance.now() - startedMs) / 1000,
      cpuSeconds: cpuSecondsOf(times),
      output,
      peakBytes,
    };
  } finally {
    clearTimeout(sampler);
  }
}

/**
 * Adds up what bash's `times` prints.
 *
 * @example cpuSecondsOf('0m0.010s 0m0.000s\n1m2.500s 0m3.250s\n') // 65.76
 */
export const cpuSecondsOf = (times: string): number =>
  [...times.matchAll(/(\d+)m(\d+)[.,](\d+)s/g)].reduce(
    (total, [, minutes, seconds, fraction]) =>
      total + 60 * Number(minutes) + Number(`${seconds}.${fraction}`),
    0,
  );

/** Returns the sum of the proportional set sizes, in bytes: https://docs.kernel.org/filesystems/proc.html, smaps_rollup. */
function memoryOfTree(root: number): number {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  let bytes = 0;
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    bytes += 1024 * Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
    for (const child of children.get(pid) ?? []) waiting.push(child);
  }
  return bytes;
}

const parentOf = (pid: string): number | undefined => {
  const match = /^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`));
  return match ? Number(match[1]) : undefined;
};

/** Reads a file of /proc; returns an empty string if the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

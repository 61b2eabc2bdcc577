import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { CURRENT_KEY, manifestKey } from '../lambdas/shared/contract/keys.ts';
import { type Current, Manifest } from '../lambdas/shared/contract/schemas.ts';
import { toJson } from '../lambdas/shared/platform/lake.ts';
import { type FileJob, type FileJobs, fileJobCommand } from '../local/spark/file-job.ts';
import { median, spread } from './benchmark.ts';
import { timed } from './processes.ts';

/** A run of the Spark job. */
export interface JobRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** Mean number of processes that wanted a core in the minute before the end, those of the job included. */
  readonly load: number;
  readonly steps: Manifest['seconds'];
  readonly spark: SparkCounts;
}

/** What Spark did, by its event log. */
export interface SparkCounts {
  readonly jobs: number;
  readonly stages: number;
  readonly tasks: number;
  readonly shuffleBytes: number;
  /** Bytes that did not fit into memory and were written to disk. */
  readonly spilledBytes: number;
}

/**
 * Runs the job on a window of a lake, also if it was trained before.
 *
 * @param directory For temporary files.
 * @param options.jobs Runs it in a JVM that stays, as `npm start` does; without it, the job is a process of its own.
 * @throws {Error} If the job fails.
 */
export async function runJob(
  lake: string,
  directory: string,
  attempt: number,
  {
    window = 1,
    jvmOptions = [],
    jobs,
  }: { readonly window?: number; readonly jvmOptions?: readonly string[]; readonly jobs?: FileJobs } = {},
): Promise<JobRun> {
  rmSync(join(lake, manifestKey(window)), { force: true });
  const events = join(directory, 'events');
  rmSync(events, { recursive: true, force: true });
  mkdirSync(events, { recursive: true });
  const settings = {
    'spark.eventLog.enabled': 'true',
    'spark.eventLog.dir': `file://${events}`,
    'spark.eventLog.rolling.enabled': 'false',
    'spark.eventLog.compress': 'false',
  };
  const job = { lake, directory, window, attempt, settings, jvmOptions };
  const { seconds, cpuSeconds, peakBytes } = jobs
    ? await timedIn(jobs, job)
    : await timed('java', fileJobCommand(job));
  const load = loadavg()[0] ?? Number.NaN;
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(lake, manifestKey(window)), 'utf8')));
  const texts = readdirSync(events).map((name) => readFileSync(join(events, name), 'utf8'));
  return {
    seconds,
    cpuSeconds,
    peakBytes,
    load,
    steps: manifest.seconds,
    spark: countEvents(texts.join('\n')),
  };
}

/** Makes a run the served one of a directory, as publish does, so that the next run is compared with it. */
export function serveRun(lake: string, run: number): void {
  const current: Current = {
    publication: run,
    run,
    previous: run > 1 ? run - 1 : null,
    decidedThrough: run,
  };
  writeFileSync(join(lake, CURRENT_KEY), toJson(current));
}

async function timedIn(
  jobs: FileJobs,
  job: FileJob,
): Promise<Pick<JobRun, 'seconds' | 'cpuSeconds' | 'peakBytes'>> {
  const { usage } = await jobs.run(job);
  return { seconds: usage.wallSeconds, cpuSeconds: usage.cpuSeconds, peakBytes: usage.peakBytes };
}

/** Counts an event log of Spark: one JSON object per line. */
export function countEvents(log: string): SparkCounts {
  const counts = { jobs: 0, stages: 0, tasks: 0, shuffleBytes: 0, spilledBytes: 0 };
  for (const line of log.split('\n')) {
    if (line.startsWith('{"Event":"SparkListenerJobStart"')) counts.jobs += 1;
    else if (line.startsWith('{"Event":"SparkListenerStageCompleted"')) counts.stages += 1;
    else if (line.startsWith('{"Event":"SparkListenerTaskEnd"')) {
      counts.tasks += 1;
      counts.shuffleBytes += numberIn(line, 'Shuffle Bytes Written');
      counts.spilledBytes += numberIn(line, 'Disk Bytes Spilled');
    }
  }
  return counts;
}

/** Returns the first number with this name; 0 if there is none. */
const numberIn = (line: string, name: string): number =>
  Number(new RegExp(`"${name}":(\\d+)`).exec(line)?.[1] ?? 0);

/** Formats runs: `20.1 s (19.8–21.4), 41.0 s of CPU, 1.20 GB, load 2.1`. */
export const describeRuns = (runs: readonly JobRun[]): string =>
  [
    spread(runs.map(({ seconds }) => seconds)),
    `${middle(runs, ({ cpuSeconds }) => cpuSeconds).toFixed(1)} s of CPU`,
    `peak ${gigabytes(middle(runs, ({ peakBytes }) => peakBytes))}`,
    `load ${middle(runs, ({ load }) => load).toFixed(1)}`,
  ].join(', ');

/** Formats what Spark did: `120 jobs, 250 stages, 500 tasks, 0.31 GB shuffled, 0.00 GB spilled`. */
export const describeSpark = (runs: readonly JobRun[]): string =>
  [
    `${middle(runs, ({ spark }) => spark.jobs)} jobs`,
    `${middle(runs, ({ spark }) => spark.stages)} stages`,
    `${middle(runs, ({ spark }) => spark.tasks)} tasks`,
    `${gigabytes(middle(runs, ({ spark }) => spark.shuffleBytes))} shuffled`,
    `${gigabytes(middle(runs, ({ spark }) => spark.spilledBytes))} spilled`,
  ].join(', ');

/** Lists the median seconds of each step, in the order of the steps. */
export const stepsOf = (runs: readonly JobRun[]): string =>
  Object.keys(runs[0]?.steps ?? {})
    .map((step) => `${step} ${median(runs.map(({ steps }) => steps[step] ?? Number.NaN)).toFixed(1)}`)
    .join(', ');

const middle = (runs: readonly JobRun[], measure: (run: JobRun) => number): number =>
  median(runs.map(measure));

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jobLogs } from '../../local/spark/jobs.ts';
import { ACCOUNT } from '../../local/stack/emulator.ts';
import type { Moment } from './plan.ts';
import { jobsOf, processesOf } from './processes.ts';

const LOOK_EVERY_MS = 5;
/** Looking for processes reads a few hundred files. */
const LOOK_FOR_JOBS_EVERY_MS = 50;

/** Reads how far the pipeline is, from the files of its emulator and jobs, so that it also works while they are down. */
export class Progress {
  private readonly directory: string;
  private readonly bucket: () => string;

  /** @param bucket Returns the name of the bucket, which is another one if the stack was created again. */
  constructor(directory: string, bucket: () => string) {
    this.directory = directory;
    this.bucket = bucket;
  }

  /** Counts the objects below a prefix. */
  objects(prefix: string): number {
    return countFiles(join(this.directory, 'aws', 's3', ACCOUNT, this.bucket(), prefix));
  }

  /** Counts the steps that the running job has finished; undefined if no job runs. */
  steps(): number | undefined {
    const job = jobsOf(processesOf(this.directory)).at(-1);
    if (!job) return undefined;
    const name = `window-${job.window}-attempt-${job.attempt}.log`;
    return (
      readText(join(jobLogs(join(this.directory, 'jobs')), name).toString()).split('"message":"Done"')
        .length - 1
    );
  }

  /**
   * Waits for a moment.
   *
   * @returns False if it does not come in time.
   */
  async until(moment: Moment, timeoutMs: number): Promise<boolean> {
    const before = 'prefix' in moment ? this.objects(moment.prefix) : 0;
    const isThere = (): boolean =>
      'prefix' in moment
        ? this.objects(moment.prefix) >= before + moment.objects
        : (this.steps() ?? -1) >= moment.steps;
    const deadlineMs = performance.now() + timeoutMs;
    while (performance.now() < deadlineMs) {
      if (isThere()) return true;
      await sleep('prefix' in moment ? LOOK_EVERY_MS : LOOK_FOR_JOBS_EVERY_MS);
    }
    return false;
  }
}

/** The emulator writes a second file beside each object, and a temporary file while it writes. */
const isObject = (name: string): boolean => !name.endsWith('.meta.json') && !name.endsWith('.tmp');

function countFiles(directory: string): number {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
      (name) => isObject(name) && /\.\w+$/.test(name) && statSync(join(directory, name)).isFile(),
    ).length;
  } catch {
    // There is no such directory yet, or it was removed.
    return 0;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

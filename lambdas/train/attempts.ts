import { attemptKey, attemptsOf, failedKey, PREFIX, parseNumberedKey, startedKey } from '../shared/keys.ts';
import { type Lake, readJson } from '../shared/lake.ts';
import { Attempt, Failed, Started } from '../shared/schemas.ts';
import type { Jobs } from './jobs.ts';
import type { OpenWindow } from './plan.ts';

/** Windows without a manifest, ascending. */
export async function listOpenWindows(lake: Lake): Promise<number[]> {
  const windows = await listNumbers(lake, PREFIX.windows);
  const done = new Set(await listNumbers(lake, PREFIX.manifests));
  return windows.filter((window) => !done.has(window));
}

/** Gathers what is known of a window, the state of its newest job included. */
export async function readOpenWindow(lake: Lake, jobs: Jobs, window: number): Promise<OpenWindow> {
  const failed = await readJson(lake, failedKey(window), Failed);
  const newest = (await listNumbers(lake, attemptsOf(window))).at(-1);
  if (newest === undefined) return { window, latest: undefined, job: undefined, failed };
  const attempt = await readAttempt(lake, window, newest);
  const started = await readJson(lake, startedKey(window, newest), Started);
  const settled = failed !== undefined && failed.attempts >= newest;
  const job =
    started && !settled ? await jobs.get(attempt.request.applicationId, started.jobRunId) : undefined;
  return { window, latest: { attempt, started }, job, failed };
}

/** One line per attempt, oldest first: how its job ended. */
export async function reasonsOfFailure(
  lake: Lake,
  jobs: Jobs,
  window: number,
  attempts: number,
): Promise<string[]> {
  const reasons: string[] = [];
  for (let number = 1; number <= attempts; number++) {
    const { request } = await readAttempt(lake, window, number);
    const started = await readJson(lake, startedKey(window, number), Started);
    const job = started && (await jobs.get(request.applicationId, started.jobRunId));
    reasons.push(
      job
        ? `attempt ${number}, job run ${started.jobRunId}: ${job.state}: ${job.details}`
        : `attempt ${number}: never started`,
    );
  }
  return reasons;
}

async function readAttempt(lake: Lake, window: number, attempt: number): Promise<Attempt> {
  const key = attemptKey(window, attempt);
  const read = await readJson(lake, key, Attempt);
  if (!read) throw new Error(`Cannot read ${key}: it was listed and is gone; attempts are never deleted`);
  return read;
}

/** Numbers of the keys PREFIX/00000001.json, ascending. */
async function listNumbers(lake: Lake, prefix: string): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { key } of lake.list(prefix)) {
    const number = parseNumberedKey(prefix, key);
    if (number !== undefined) numbers.push(number);
  }
  return numbers;
}

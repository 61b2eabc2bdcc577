import {
  attemptKey,
  attemptsOf,
  failedKey,
  PREFIX,
  parseNumberedKey,
  startedKey,
} from '../shared/contract/keys.ts';
import { Attempt, Failed, Started } from '../shared/contract/schemas.ts';
import { type Lake, readJson } from '../shared/platform/lake.ts';
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
  const number = (await listNumbers(lake, attemptsOf(window))).at(-1);
  if (number === undefined) return { window, latest: undefined, job: undefined, failed };
  const { attempt, started } = await readAttempt(lake, window, number);
  const settled = failed !== undefined && failed.attempts >= number;
  const job =
    attempt && started && !settled
      ? await jobs.get(attempt.request.applicationId, started.jobRunId)
      : undefined;
  return { window, latest: { number, attempt, started }, job, failed };
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
    reasons.push(`attempt ${number}${await endingOf(jobs, await readAttempt(lake, window, number))}`);
  }
  return reasons;
}

async function endingOf(jobs: Jobs, { attempt, started, problem }: ReadAttempt): Promise<string> {
  if (!attempt) return `: ${problem}`;
  if (!started) return ': never started';
  const { state, details } = await jobs.get(attempt.request.applicationId, started.jobRunId);
  return `, job run ${started.jobRunId}: ${state}: ${details}`;
}

interface ReadAttempt {
  /** Undefined if it, or the note of its start, cannot be read. */
  readonly attempt: Attempt | undefined;
  readonly started: Started | undefined;
  readonly problem: string;
}

/** A damaged object is no reason to wait for ever: the attempt counts as failed. */
async function readAttempt(lake: Lake, window: number, number: number): Promise<ReadAttempt> {
  const key = attemptKey(window, number);
  try {
    const attempt = await readJson(lake, key, Attempt);
    if (!attempt)
      throw new Error(`Cannot read ${key}: it was listed and is gone; attempts are never deleted`);
    return { attempt, started: await readJson(lake, startedKey(window, number), Started), problem: '' };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { attempt: undefined, started: undefined, problem: error.message };
  }
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

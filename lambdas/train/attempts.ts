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

/** Lists the windows without a manifest, ascending; may be empty. */
export async function listOpenWindows(lake: Lake): Promise<number[]> {
  const windows = await listNumbers(lake, PREFIX.windows);
  const done = new Set(await listNumbers(lake, PREFIX.manifests));
  return windows.filter((window) => !done.has(window));
}

/** Reads the state of a window that has no manifest, with the state of its newest job. */
export async function readOpenWindow(lake: Lake, jobs: Jobs, window: number): Promise<OpenWindow> {
  const failed = await readJson(lake, failedKey(window), Failed);
  const number = (await listNumbers(lake, attemptsOf(window))).at(-1);
  if (number === undefined) return { window, latest: undefined, job: undefined, failed };
  const { attempt, started } = await readAttempt(lake, window, number);
  const isOver = failed !== undefined && failed.attempts >= number;
  const job =
    attempt && started && !isOver
      ? await jobs.get(attempt.request.applicationId, started.jobRunId)
      : undefined;
  return { window, latest: { number, attempt, started }, job, failed };
}

/**
 * Describes how each attempt failed.
 *
 * @param attempts Number of attempts.
 * @returns One line per attempt, oldest first.
 */
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
  /** Undefined if the attempt or its `started.json` cannot be read. */
  readonly attempt: Attempt | undefined;
  readonly started: Started | undefined;
  /** Why it cannot be read; empty if it can. */
  readonly problem: string;
}

/** Reads an attempt. An attempt that cannot be read counts as failed; otherwise its window would wait forever. */
async function readAttempt(lake: Lake, window: number, number: number): Promise<ReadAttempt> {
  const key = attemptKey(window, number);
  try {
    const attempt = await readJson(lake, key, Attempt);
    if (!attempt)
      throw new Error(`Cannot read ${key}: it was listed but does not exist; attempts are never deleted`);
    return { attempt, started: await readJson(lake, startedKey(window, number), Started), problem: '' };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { attempt: undefined, started: undefined, problem: error.message };
  }
}

/** Lists the numbers of the keys such as `PREFIX/00000001.json`, ascending. */
async function listNumbers(lake: Lake, prefix: string): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { key } of lake.list(prefix)) {
    const number = parseNumberedKey(prefix, key);
    if (number !== undefined) numbers.push(number);
  }
  return numbers;
}

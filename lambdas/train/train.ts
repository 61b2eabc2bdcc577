import * as z from 'zod';
import type { RequestAnswer } from '../shared/contract/answers.ts';
import { attemptKey, failedKey, manifestKey, startedKey, windowKey } from '../shared/contract/keys.ts';
import type { Attempt, Failed, Started } from '../shared/contract/schemas.ts';
import { type Lake, readJson, toJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { listOpenWindows, readOpenWindow, reasonsOfFailure } from './attempts.ts';
import { isTerminal, type Jobs } from './jobs.ts';
import { afterFailure, nextStep, planAttempt, type Step } from './plan.ts';
import type { Launch } from './settings.ts';

export interface Parts {
  readonly lake: Lake;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly launch: Launch;
  /** The bucket that the job reads and writes. */
  readonly bucket: string;
  readonly nowMs: () => number;
}

const JSON_TYPE = 'application/json';

/** The part of `windows/N.json` that the settings of a job depend on. */
const WindowSize = z.object({ totalInteractions: z.int().min(0) });

/**
 * Advances every window that has no run yet by one step. Concurrent and repeated calls are harmless.
 *
 * @throws {AggregateError} If a window could not be advanced; all others were.
 */
export async function train(parts: Parts): Promise<void> {
  const problems: unknown[] = [];
  for (const window of await listOpenWindows(parts.lake))
    try {
      await advance(parts, window);
    } catch (error) {
      parts.log.error('Cannot advance this window', { window, error });
      problems.push(error);
    }
  if (problems.length > 0) throw new AggregateError(problems, `Cannot advance ${problems.length} windows`);
}

/**
 * Adds an attempt to a window on request, even if all its attempts failed.
 *
 * @returns What was done, or why it could not be done, for the person who asked.
 */
export async function retry(parts: Parts, window: number): Promise<RequestAnswer> {
  const { lake, jobs, log } = parts;
  const answer = (done: boolean, message: string): RequestAnswer => {
    log.info(message, { window });
    return { done, message };
  };
  const cannot = (reason: string) => answer(false, `Cannot retry window ${window}: ${reason}`);
  if (!(await lake.read(windowKey(window)))) return cannot('there is no such window');
  if (await lake.read(manifestKey(window))) return cannot('it has a run already');
  const { latest, job } = await readOpenWindow(lake, jobs, window);
  if (latest && job && !isTerminal(job.state)) return cannot(`attempt ${latest.number} is ${job.state}`);
  if (latest?.attempt && !latest.started) {
    // The job may be running: a crash may have come after its start and before that was recorded. Sending the same
    // request again finds that job or starts the only one.
    await perform(parts, window, { do: 'start', attempt: latest.attempt });
    return answer(
      true,
      `Started attempt ${latest.number} of window ${window}, which had been written but not started`,
    );
  }
  const attempt = (latest?.number ?? 0) + 1;
  await perform(parts, window, { do: 'attempt', attempt });
  return answer(true, `Started attempt ${attempt} of window ${window}`);
}

async function advance(parts: Parts, window: number): Promise<void> {
  const { lake, jobs, log, launch, nowMs } = parts;
  const open = await readOpenWindow(lake, jobs, window);
  const { latest, job } = open;
  if (latest && !latest.attempt)
    log.error('An attempt cannot be read; it counts as failed', {
      window,
      attempt: latest.number,
      object: attemptKey(window, latest.number),
    });
  if (job && isTerminal(job.state)) {
    // The job writes the manifest before it ends, but perhaps after the windows were listed.
    if (await lake.read(manifestKey(window))) return;
    const problem = job.state === 'SUCCESS' ? 'ended without a manifest' : `ended ${job.state}`;
    log.warn(`The job ${problem}`, { window, attempt: latest?.number, details: job.details });
  }
  const step = nextStep(open, launch.attempts, nowMs());
  if (step.do === 'giveUp' || (step.do === 'attempt' && step.attempt > 1)) log.measure({ AttemptsFailed: 1 });
  await perform(parts, window, step);
}

async function perform(parts: Parts, window: number, step: Step): Promise<void> {
  const { jobs, log } = parts;
  switch (step.do) {
    case 'nothing':
      return log.info(`Nothing to do: ${step.reason}`, { window });
    case 'attempt':
      return addAttempt(parts, window, step.attempt);
    case 'start':
      return start(parts, step.attempt);
    case 'cancel':
      log.warn('Cancelling an attempt that is past its deadline', { window, attempt: step.attempt.attempt });
      return jobs.cancel(step.attempt.request.applicationId, step.jobRunId);
    case 'giveUp':
      return giveUp(parts, window, step.attempts);
  }
}

/** Writes the attempt before it starts the job, so that after a crash in between the same request is sent again. */
async function addAttempt(parts: Parts, window: number, attempt: number): Promise<void> {
  const { lake, log, launch, bucket, nowMs } = parts;
  const interactions = await interactionsOf(parts, window);
  const planned = planAttempt({ window, attempt, bucket, nowMs: nowMs(), interactions }, launch);
  if (await lake.create(attemptKey(window, attempt), toJson(planned), JSON_TYPE))
    return start(parts, planned);
  log.info('Another invocation wrote this attempt first', {
    window,
    attempt,
    object: attemptKey(window, attempt),
  });
}

/**
 * Reads the number of interactions that a window trains on.
 *
 * @returns Undefined if the window cannot be read: the job then starts with the settings of a large shop, and reports the fault.
 */
async function interactionsOf({ lake, log }: Parts, window: number): Promise<number | undefined> {
  try {
    return (await readJson(lake, windowKey(window), WindowSize))?.totalInteractions;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    log.warn('Cannot choose the settings of a job by its size', { window, error });
    return undefined;
  }
}

async function start(parts: Parts, attempt: Attempt): Promise<void> {
  const { lake, jobs, log, launch, nowMs } = parts;
  const { window } = attempt;
  let jobRunId: string;
  try {
    jobRunId = await jobs.start(attempt.request);
  } catch (error) {
    if (nowMs() <= latestEndMs(attempt)) throw error;
    log.error('The job could not be started', {
      window,
      attempt: attempt.attempt,
      error,
    });
    return perform(parts, window, afterFailure(attempt.attempt, launch.attempts));
  }
  const started: Started = { jobRunId, startedAtMs: nowMs() };
  await lake.create(startedKey(window, attempt.attempt), toJson(started), JSON_TYPE);
  log.measure({ Attempts: 1 });
  log.info('Started the job', { window, attempt: attempt.attempt, jobRunId });
}

/**
 * The moment when a job that the attempt may have started has certainly ended, epoch ms. If `StartJobRun` fails, the request
 * may still have reached the service, which ends the job after its timeout.
 */
const latestEndMs = ({ deadlineAtMs, request }: Attempt): number =>
  deadlineAtMs + request.executionTimeoutMinutes * 60_000;

async function giveUp({ lake, jobs, log }: Parts, window: number, attempts: number): Promise<void> {
  const reasons = await reasonsOfFailure(lake, jobs, window, attempts);
  const failed: Failed = { window, attempts, reasons };
  if (!(await lake.create(failedKey(window), toJson(failed), JSON_TYPE))) return;
  log.measure({ GivenUp: 1 });
  log.error(
    `All ${attempts} attempts for window ${window} failed; the next window is cut as usual. After fixing the cause: npm run retry -- --window ${window}`,
    { window, object: failedKey(window), reasons },
  );
}

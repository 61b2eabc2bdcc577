import * as z from 'zod';
import type { RequestAnswer } from '../shared/contract/answers.ts';
import { attemptKey, failedKey, manifestKey, startedKey, windowKey } from '../shared/contract/keys.ts';
import type { Attempt, Failed, Started } from '../shared/contract/schemas.ts';
import { type Lake, readJson, toJson } from '../shared/platform/lake.ts';
import type { Log } from '../shared/platform/log.ts';
import { listOpenWindows, readOpenWindow, reasonsOfFailure } from './attempts.ts';
import { isTerminal, type Jobs } from './jobs.ts';
import { claim, type Due, reportWaiting } from './ledger.ts';
import { afterFailure, nextStep, planAttempt, type Step } from './plan.ts';
import { writeReceipts } from './receipts.ts';
import type { Launch } from './settings.ts';
import type { Usage } from './usage.ts';

export interface Parts {
  readonly lake: Lake;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly launch: Launch;
  /** The bucket that the job reads and writes. */
  readonly bucket: string;
  /** The region whose prices count. */
  readonly region: string | undefined;
  /** Measures the use of the Lambdas, for receipts. */
  readonly usage: Usage;
  readonly nowMs: () => number;
}

const JSON_TYPE = 'application/json';

/** The part of `windows/N.json` that the settings of a job depend on. */
const WindowSize = z.object({ totalInteractions: z.int().min(0) });

/**
 * Writes the receipts of attempts that have ended, and then advances every window that has no run yet by one step: so the
 * budget knows every bill that there is. Concurrent and repeated calls are harmless.
 *
 * @throws {AggregateError} If a window could not be advanced, or a receipt could not be written; all others were.
 */
export async function train(parts: Parts): Promise<void> {
  const unwritten = await writeReceipts(parts).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const problems: unknown[] = [];
  let waiting = 0;
  for (const window of await listOpenWindows(parts.lake))
    try {
      if ((await advance(parts, window)) === 'waits') waiting++;
    } catch (error) {
      parts.log.error('Cannot advance this window', { window, error });
      problems.push(error);
    }
  if (parts.launch.monthlyTrainingUsd !== undefined) parts.log.measure({ WindowsOverBudget: waiting });
  if (problems.length > 0) throw new AggregateError(problems, `Cannot advance ${problems.length} windows`);
  if (unwritten) throw unwritten.error;
}

/** A request of a person for one more attempt. */
export interface Retry {
  readonly window: number;
  /** True to start it even if it does not fit into the budget of this month. */
  readonly overBudget?: boolean;
}

/**
 * Adds an attempt to a window on request, even if all its attempts failed.
 *
 * @returns What was done, or why it could not be done, for the person who asked.
 */
export async function retry(parts: Parts, { window, overBudget = false }: Retry): Promise<RequestAnswer> {
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
  const added = await addAttempt(parts, { window, attempt, overBudget });
  if (added.how === 'waits')
    return cannot(`${added.reason}. To start it now all the same: add --over-budget`);
  return answer(
    true,
    `Started attempt ${attempt} of window ${window}${added.isOverBudget ? ', over the budget of this month' : ''}`,
  );
}

/** The result of a step: it was done, or it waits for the next month's budget. */
type Outcome = 'done' | 'waits';

async function advance(parts: Parts, window: number): Promise<Outcome> {
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
    if (await lake.read(manifestKey(window))) return 'done';
    const problem = job.state === 'SUCCESS' ? 'ended without a manifest' : `ended ${job.state}`;
    log.warn(`The job ${problem}`, { window, attempt: latest?.number, details: job.details });
  }
  const step = nextStep(open, launch.attempts, nowMs());
  let outcome: Outcome = 'done';
  try {
    outcome = await perform(parts, window, step);
    return outcome;
  } finally {
    // While a window waits for the budget, its last attempt failed only once.
    if (step.do === 'giveUp' || (step.do === 'attempt' && step.attempt > 1 && outcome === 'done'))
      log.measure({ AttemptsFailed: 1 });
  }
}

async function perform(parts: Parts, window: number, step: Step): Promise<Outcome> {
  const { jobs, log } = parts;
  switch (step.do) {
    case 'nothing':
      log.info(`Nothing to do: ${step.reason}`, { window });
      return 'done';
    case 'attempt':
      return (await addAttempt(parts, { window, attempt: step.attempt, overBudget: false })).how;
    case 'start':
      await start(parts, step.attempt);
      return 'done';
    case 'cancel':
      log.warn('Cancelling an attempt that is past its deadline', { window, attempt: step.attempt.attempt });
      await jobs.cancel(step.attempt.request.applicationId, step.jobRunId);
      return 'done';
    case 'giveUp':
      await giveUp(parts, window, step.attempts);
      return 'done';
  }
}

type Added =
  | { readonly how: 'done'; readonly isOverBudget: boolean }
  | { readonly how: 'waits'; readonly reason: string };

/**
 * Starts an attempt, if it fits into the budget of this month; otherwise nothing of it is written below `attempts/`. The
 * attempt is written before the job starts, so that after a crash in between the same request is sent again.
 */
async function addAttempt(
  parts: Parts,
  { window, attempt, overBudget }: Required<Retry> & { readonly attempt: number },
): Promise<Added> {
  const { lake, log, launch, bucket, nowMs } = parts;
  const interactions = await interactionsOf(parts, window);
  const due: Due = { window, attempt, sales: interactions, overBudget };
  const claimed = await claim(parts, due);
  if ('waits' in claimed) {
    await reportWaiting(parts, due, claimed);
    return { how: 'waits', reason: claimed.waits };
  }
  const { budget } = claimed;
  const planned = planAttempt({ window, attempt, bucket, nowMs: nowMs(), interactions, budget }, launch);
  if (await lake.create(attemptKey(window, attempt), toJson(planned), JSON_TYPE)) await start(parts, planned);
  else
    log.info('Another invocation wrote this attempt first', {
      window,
      attempt,
      object: attemptKey(window, attempt),
    });
  return { how: 'done', isOverBudget: budget.overBudget };
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
    await perform(parts, window, afterFailure(attempt.attempt, launch.attempts));
    return;
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

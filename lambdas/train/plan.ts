import type { Attempt, Failed, Started } from '../shared/contract/schemas.ts';
import { compilerParameters } from './compiler.ts';
import { isTerminal, type JobRun } from './jobs.ts';
import type { Launch } from './settings.ts';

/** The state of a window that has no manifest. */
export interface OpenWindow {
  readonly window: number;
  /** The newest attempt; undefined before the first. Its parts are undefined if they cannot be read. */
  readonly latest:
    | {
        readonly number: number;
        readonly attempt: Attempt | undefined;
        readonly started: Started | undefined;
      }
    | undefined;
  /** The job of the newest attempt; undefined before its start. */
  readonly job: JobRun | undefined;
  /** Undefined while attempts are left. */
  readonly failed: Failed | undefined;
}

/** The next step for a window. */
export type Step =
  | { readonly do: 'attempt'; readonly attempt: number }
  | { readonly do: 'start'; readonly attempt: Attempt }
  | { readonly do: 'cancel'; readonly attempt: Attempt; readonly jobRunId: string }
  | { readonly do: 'giveUp'; readonly attempts: number }
  | { readonly do: 'nothing'; readonly reason: string };

/**
 * Decides the next step for a window. Attempt K+1 follows only after the job of attempt K was seen to have ended. An attempt
 * without a record of its start is started again; its client token makes this harmless.
 *
 * @param limit Largest number of attempts.
 */
export function nextStep({ window, latest, job, failed }: OpenWindow, limit: number, nowMs: number): Step {
  if (!latest) return { do: 'attempt', attempt: 1 };
  const { number, attempt, started } = latest;
  const isOver = failed !== undefined && failed.attempts >= number;
  if (isOver) return { do: 'nothing', reason: `all ${failed.attempts} attempts for window ${window} failed` };
  if (attempt && (!started || !job)) return { do: 'start', attempt };
  if (!attempt || !started || !job || isTerminal(job.state)) {
    if (failed)
      return {
        do: 'nothing',
        reason: `the retry of window ${window} ${job ? `ended ${job.state}: ${job.details}` : 'cannot be read'}`,
      };
    return afterFailure(number, limit);
  }
  if (nowMs > attempt.deadlineAtMs && job.state !== 'CANCELLING')
    return { do: 'cancel', attempt, jobRunId: started.jobRunId };
  return { do: 'nothing', reason: `attempt ${number} of window ${window} is ${job.state}` };
}

/** Returns the step after a failed attempt: the next attempt, or none if the limit is reached. */
export const afterFailure = (attempt: number, limit: number): Step =>
  attempt < limit ? { do: 'attempt', attempt: attempt + 1 } : { do: 'giveUp', attempts: attempt };

/** What an attempt is planned from. */
export interface AttemptPlan {
  readonly window: number;
  readonly attempt: number;
  readonly bucket: string;
  readonly nowMs: number;
  /** Number of interactions to train on: `totalInteractions` of the window. Undefined if the window cannot be read. */
  readonly interactions?: number | undefined;
  /** The expected cost of the job, and whether that is over the budget. */
  readonly budget?: Attempt['budget'];
}

/** Plans an attempt with its complete request, so that a repeat sends the same request. */
export function planAttempt(
  { window, attempt, bucket, nowMs, interactions, budget }: AttemptPlan,
  launch: Launch,
): Attempt {
  return {
    window,
    attempt,
    deadlineAtMs: nowMs + launch.deadlineMinutes * 60_000,
    ...(budget && { budget }),
    request: {
      applicationId: launch.applicationId,
      clientToken: `${bucket}.${window}.${attempt}`.slice(-64),
      executionRoleArn: launch.executionRoleArn,
      name: `window-${window}-attempt-${attempt}`,
      executionTimeoutMinutes: launch.deadlineMinutes,
      jobDriver: {
        sparkSubmit: {
          entryPoint: launch.entryPoint,
          entryPointArguments: [
            '--lake',
            `s3://${bucket}`,
            '--window',
            String(window),
            '--attempt',
            String(attempt),
          ],
          sparkSubmitParameters: [launch.sparkSubmitParameters, ...compilerParameters(interactions)].join(
            ' ',
          ),
        },
      },
      configurationOverrides: {
        monitoringConfiguration: {
          s3MonitoringConfiguration: { logUri: launch.logUri },
          // EMR would keep a copy of the logs for 30 days, in which no user could be forgotten.
          managedPersistenceMonitoringConfiguration: { enabled: false },
        },
      },
    },
  };
}

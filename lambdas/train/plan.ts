import type { Attempt, Failed, Started } from '../shared/contract/schemas.ts';
import { isTerminal, type JobRun } from './jobs.ts';
import type { Launch } from './settings.ts';

/** What the bucket and the cluster tell of one window that has no manifest. */
export interface OpenWindow {
  readonly window: number;
  /** The newest attempt; undefined before the first. Its request is undefined if it cannot be read. */
  readonly latest:
    | {
        readonly number: number;
        readonly attempt: Attempt | undefined;
        readonly started: Started | undefined;
      }
    | undefined;
  /** The newest attempt's job; undefined while it is not started. */
  readonly job: JobRun | undefined;
  readonly failed: Failed | undefined;
}

/** The one thing to do next for a window. */
export type Step =
  | { readonly do: 'attempt'; readonly attempt: number }
  | { readonly do: 'start'; readonly attempt: Attempt }
  | { readonly do: 'cancel'; readonly attempt: Attempt; readonly jobRunId: string }
  | { readonly do: 'giveUp'; readonly attempts: number }
  | { readonly do: 'nothing'; readonly reason: string };

/**
 * Decides the next step. Before attempt K+1 is planned, attempt K's job has been seen terminal. An attempt that is
 * written but not known to be started is started again: its client token makes that harmless.
 */
export function nextStep({ window, latest, job, failed }: OpenWindow, limit: number, nowMs: number): Step {
  if (!latest) return { do: 'attempt', attempt: 1 };
  const { number, attempt, started } = latest;
  const settled = failed !== undefined && failed.attempts >= number;
  if (settled) return { do: 'nothing', reason: `window ${window} used up its ${failed.attempts} attempts` };
  if (attempt && (!started || !job)) return { do: 'start', attempt };
  if (!attempt || !started || !job || isTerminal(job.state)) {
    if (failed)
      return {
        do: 'nothing',
        reason: `the retry of window ${window} ended ${job ? `${job.state}: ${job.details}` : 'unreadable'}`,
      };
    return afterFailure(number, limit);
  }
  if (nowMs > attempt.deadlineAtMs && job.state !== 'CANCELLING')
    return { do: 'cancel', attempt, jobRunId: started.jobRunId };
  return { do: 'nothing', reason: `attempt ${number} of window ${window} is ${job.state}` };
}

/** What follows a failed attempt: the next one, or the end of it. */
export const afterFailure = (attempt: number, limit: number): Step =>
  attempt < limit ? { do: 'attempt', attempt: attempt + 1 } : { do: 'giveUp', attempts: attempt };

/** The whole request of an attempt, so that sending it again sends the same. */
export function planAttempt(
  { window, attempt, bucket, nowMs }: { window: number; attempt: number; bucket: string; nowMs: number },
  launch: Launch,
): Attempt {
  return {
    window,
    attempt,
    deadlineAtMs: nowMs + launch.deadlineMinutes * 60_000,
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
          sparkSubmitParameters: launch.sparkSubmitParameters,
        },
      },
      configurationOverrides: {
        monitoringConfiguration: { s3MonitoringConfiguration: { logUri: launch.logUri } },
      },
    },
  };
}

import {
  CancelJobRunCommand,
  EMRServerlessClient,
  EMRServerlessServiceException,
  GetJobRunCommand,
  StartJobRunCommand,
} from '@aws-sdk/client-emr-serverless';
import * as z from 'zod';
import type { Attempt } from '../shared/contract/schemas.ts';

/** https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_JobRun.html */
const JOB_STATES = [
  'SUBMITTED',
  'PENDING',
  'SCHEDULED',
  'RUNNING',
  'QUEUED',
  'CANCELLING',
  'SUCCESS',
  'FAILED',
  'CANCELLED',
] as const;

/** `GONE`: the service does not know the run (any more). */
export type JobState = (typeof JOB_STATES)[number] | 'GONE';

export interface JobRun {
  readonly state: JobState;
  readonly details: string;
}

export const isTerminal = (state: JobState): boolean =>
  state === 'SUCCESS' || state === 'FAILED' || state === 'CANCELLED' || state === 'GONE';

/** The cluster, as the launcher sees it. */
export interface Jobs {
  /** Starts the job; the same client token starts it once and answers the same id. */
  start(request: Attempt['request']): Promise<string>;
  get(applicationId: string, jobRunId: string): Promise<JobRun>;
  /** Asks for the end of a job; it is over when `get` says so. */
  cancel(applicationId: string, jobRunId: string): Promise<void>;
}

const StartAnswer = z.object({ jobRunId: z.string().min(1) });
const GetAnswer = z.object({
  jobRun: z.object({ state: z.enum(JOB_STATES), stateDetails: z.string().default('') }),
});

export function emrJobs(client = new EMRServerlessClient({})): Jobs {
  return {
    async start(request) {
      return StartAnswer.parse(await client.send(new StartJobRunCommand(request))).jobRunId;
    },
    async get(applicationId, jobRunId) {
      try {
        const answer = await client.send(new GetJobRunCommand({ applicationId, jobRunId }));
        const { state, stateDetails } = GetAnswer.parse(answer).jobRun;
        return { state, details: stateDetails };
      } catch (error) {
        if (isNotFound(error)) return { state: 'GONE', details: 'the service does not know this job run' };
        throw error;
      }
    },
    async cancel(applicationId, jobRunId) {
      try {
        await client.send(new CancelJobRunCommand({ applicationId, jobRunId }));
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}

const isNotFound = (error: unknown): boolean =>
  error instanceof EMRServerlessServiceException && error.name === 'ResourceNotFoundException';

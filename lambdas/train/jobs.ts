import {
  CancelJobRunCommand,
  EMRServerlessClient,
  EMRServerlessServiceException,
  GetJobRunCommand,
  StartJobRunCommand,
} from '@aws-sdk/client-emr-serverless';
import * as z from 'zod';
import type { JobUsage } from '../shared/contract/receipt.ts';
import type { Attempt } from '../shared/contract/schemas.ts';
import { LOCAL_RELEASE } from './local-release.ts';

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

/** State of a job run. `GONE`: the service does not know the run, or has forgotten it. */
export type JobState = (typeof JOB_STATES)[number] | 'GONE';

export interface JobRun {
  readonly state: JobState;
  /** The service's explanation of the state; may be empty. */
  readonly details: string;
  /** The bill of the service for its workers; undefined until there is one. */
  readonly usage?: JobUsage | undefined;
  /** True if the job ran on one machine, where the use is measured and nothing is billed. */
  readonly isLocal?: true | undefined;
}

/** Returns whether a job in this state has ended. */
export const isTerminal = (state: JobState): boolean =>
  state === 'SUCCESS' || state === 'FAILED' || state === 'CANCELLED' || state === 'GONE';

/** The service that runs the Spark jobs. */
export interface Jobs {
  /** Starts a job. @returns Its id; requests with the same client token start one job and return the same id. */
  start(request: Attempt['request']): Promise<string>;
  get(applicationId: string, jobRunId: string): Promise<JobRun>;
  /** Requests the cancellation of a job. The job has ended only when `get` returns a terminal state. */
  cancel(applicationId: string, jobRunId: string): Promise<void>;
}

const StartAnswer = z.object({ jobRunId: z.string().min(1) });
/** https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_ResourceUtilization.html */
const Billed = z
  .object({
    vCPUHour: z.number().min(0),
    memoryGBHour: z.number().min(0),
    storageGBHour: z.number().min(0).default(0),
  })
  .transform(
    ({ vCPUHour, memoryGBHour, storageGBHour }): JobUsage => ({
      vcpuHours: vCPUHour,
      memoryGbHours: memoryGBHour,
      storageGbHours: storageGBHour,
    }),
  );

const GetAnswer = z.object({
  jobRun: z.object({
    state: z.enum(JOB_STATES),
    stateDetails: z.string().default(''),
    releaseLabel: z.string().optional(),
    // An incomplete bill counts as no bill.
    billedResourceUtilization: Billed.optional().catch(undefined),
  }),
});

/** The jobs in EMR Serverless. */
export function emrJobs(client = new EMRServerlessClient({})): Jobs {
  return {
    async start(request) {
      return StartAnswer.parse(await client.send(new StartJobRunCommand(request))).jobRunId;
    },
    async get(applicationId, jobRunId) {
      try {
        const answer = await client.send(new GetJobRunCommand({ applicationId, jobRunId }));
        const { state, stateDetails, releaseLabel, billedResourceUtilization } =
          GetAnswer.parse(answer).jobRun;
        return {
          state,
          details: stateDetails,
          usage: billedResourceUtilization,
          isLocal: releaseLabel === LOCAL_RELEASE || undefined,
        };
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

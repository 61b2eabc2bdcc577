import * as z from 'zod';

/** Settings for starting jobs; the construct sets them. */
export const Launch = z.strictObject({
  applicationId: z.string().min(1),
  executionRoleArn: z.string().min(20),
  /** Address of the job's jar. */
  entryPoint: z.string().startsWith('s3://'),
  sparkSubmitParameters: z.string(),
  logUri: z.string().startsWith('s3://'),
  /** Largest number of attempts per window. */
  attempts: z.int().min(1).max(100),
  /** An attempt that takes longer is cancelled. */
  deadlineMinutes: z.int().min(5).max(1440),
  /** The most that a job takes from the application: driver and executors together. */
  workers: z.strictObject({
    architecture: z.enum(['ARM64', 'X86_64']),
    vcpu: z.number().positive(),
    memoryGb: z.number().positive(),
    /** Disk beyond the 20 GB that are free for each worker. */
    storageGb: z.number().min(0),
  }),
  /** The ceiling of a calendar month, UTC, in US dollars; undefined if there is none. */
  monthlyTrainingUsd: z.number().positive().optional(),
});
export type Launch = z.infer<typeof Launch>;

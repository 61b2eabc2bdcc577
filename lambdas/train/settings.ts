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
});
export type Launch = z.infer<typeof Launch>;

import * as z from 'zod';

/** What the launcher must know of the job and its cluster; the construct fills it in. */
export const Launch = z.strictObject({
  applicationId: z.string().min(1),
  executionRoleArn: z.string().min(20),
  /** The job's jar. */
  entryPoint: z.string().startsWith('s3://'),
  sparkSubmitParameters: z.string(),
  logUri: z.string().startsWith('s3://'),
  /** Attempts per window before it is given up. */
  attempts: z.int().min(1).max(100),
  /** An attempt is cancelled when it has run this long. */
  deadlineMinutes: z.int().min(5).max(1440),
});
export type Launch = z.infer<typeof Launch>;

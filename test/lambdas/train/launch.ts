import { Launch } from '../../../lambdas/train/settings.ts';

/** The settings for starting jobs, as the construct sets them. */
export const launch: Launch = Launch.parse({
  applicationId: '00f1application',
  executionRoleArn: 'arn:aws:iam::000000000000:role/job',
  entryPoint: 's3://assets/job.jar',
  sparkSubmitParameters: '--class cartograph.TrainJob',
  logUri: 's3://lake/logs/',
  attempts: 3,
  deadlineMinutes: 60,
  // With the default configuration: a driver and three executors with 4 vCPU and 14 GB each.
  workers: { architecture: 'ARM64', vcpu: 16, memoryGb: 56, storageGb: 0 },
});

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EMRServerlessClient, GetJobRunCommand, StartJobRunCommand } from '@aws-sdk/client-emr-serverless';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { manifestKey } from '../../lambdas/shared/contract/keys.ts';
import { Manifest } from '../../lambdas/shared/contract/schemas.ts';
import { readJson, s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { planAttempt } from '../../lambdas/train/plan.ts';
import type { Launch } from '../../lambdas/train/settings.ts';
import { JOB_JAR } from '../../local/process/paths.ts';
import { awsClient } from '../../local/stack/emulator.ts';
import { millisecondsLeft } from './engine.ts';
import type { Project } from './project.ts';

export interface ClusterJob {
  /** A directory that `writeFileLake` has written. */
  readonly directory: string;
  /** The bucket that it is copied to, and that the job writes to. */
  readonly bucket: string;
  readonly interactions: number;
}

/** Runs the job on window 1 of a directory, by the request that train would send. @throws {Error} If the job fails. */
export async function runJob(
  project: Project,
  { directory, bucket, interactions }: ClusterJob,
): Promise<{ readonly seconds: number; readonly manifest: Manifest }> {
  const s3 = new S3Client(awsClient(await project.addressOf('aws', 4566)));
  await upload(s3, directory, bucket);
  const jobs = new EMRServerlessClient(awsClient(await project.addressOf('spark', 4567)));
  const { request } = planAttempt({ window: 1, attempt: 1, bucket, nowMs: 0, interactions }, LAUNCH);
  const startedMs = performance.now();
  const { jobRunId } = await jobs.send(new StartJobRunCommand(request));
  for (;;) {
    const { jobRun } = await jobs.send(new GetJobRunCommand({ applicationId: 'local', jobRunId }));
    if (jobRun?.state === 'SUCCESS') break;
    if (jobRun?.state === 'FAILED') throw new Error(`The job failed: ${jobRun.stateDetails}`);
    millisecondsLeft();
    await sleep(100);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const manifest = await readJson(s3Lake(bucket, s3), manifestKey(1), Manifest);
  if (!manifest) throw new Error('The job has written no manifest');
  return { seconds, manifest };
}

const LAUNCH = {
  applicationId: 'local',
  executionRoleArn: 'arn:aws:iam::000000000000:role/job',
  entryPoint: 's3://assets/job.jar',
  sparkSubmitParameters: '--class cartograph.TrainJob --conf spark.executor.extraJavaOptions=-Xss16m',
  deadlineMinutes: 30,
  attempts: 1,
  logUri: 's3://assets/logs/',
  workers: { architecture: 'ARM64', vcpu: 2, memoryGb: 2, storageGb: 0 },
} satisfies Launch;

async function upload(s3: S3Client, directory: string, bucket: string): Promise<void> {
  for (const name of [bucket, 'assets'])
    await s3.send(new CreateBucketCommand({ Bucket: name })).catch(() => undefined);
  await s3.send(new PutObjectCommand({ Bucket: 'assets', Key: 'job.jar', Body: readFileSync(JOB_JAR) }));
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: relative(directory, path), Body: readFileSync(path) }),
    );
  }
}

/** Returns the hash of every file of a run by its name. */
export const hashesOf = ({ files }: Manifest): Record<string, string> =>
  Object.fromEntries(files.map(({ name, sha256 }) => [name, sha256]));

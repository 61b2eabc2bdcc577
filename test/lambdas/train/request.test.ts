import { EMRServerlessClient } from '@aws-sdk/client-emr-serverless';
import { expect, test } from 'vitest';
import { emrJobs } from '../../../lambdas/train/jobs.ts';
import { planAttempt } from '../../../lambdas/train/plan.ts';
import { Launch } from '../../../lambdas/train/settings.ts';
import { problemsOfRequest, readAwsModel } from '../../aws-model.ts';
import { launch } from './launch.ts';

/** Compares the requests of the real SDK with AWS's own model of the service. */
const model = readAwsModel('emr-serverless', '2021-07-13');

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** The real client, whose requests are answered by the test. */
function jobsWith(answer: unknown, statusCode = 200, headers: Record<string, string> = {}) {
  const sent: Sent[] = [];
  const client = new EMRServerlessClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: { method: string; path: string; body?: Uint8Array }) {
        sent.push({
          method: request.method,
          path: request.path,
          body: request.body ? JSON.parse(new TextDecoder().decode(request.body)) : undefined,
        });
        const body = Buffer.from(JSON.stringify(answer));
        return {
          response: { statusCode, headers: { 'content-type': 'application/json', ...headers }, body },
        };
      },
    } as never,
  });
  return { jobs: emrJobs(client), sent };
}

const planned = (bucket = 'lake', window = 7, attempt = 1, settings: Launch = launch) =>
  planAttempt({ window, attempt, bucket, nowMs: 0 }, settings).request;

/** Settings with the longest names that an account can have. */
const longest: Launch = Launch.parse({
  ...launch,
  executionRoleArn: `arn:aws:iam::123456789012:role/${'R'.repeat(64)}`,
  entryPoint: `s3://cdk-hnb659fds-assets-123456789012-ap-southeast-4/${'f'.repeat(64)}.jar`,
  logUri: `s3://${'b'.repeat(63)}/logs/`,
  deadlineMinutes: 1440,
});

test('requests are within the limits of the service, even with the longest names', () => {
  const requests = [planned(), planned('b'.repeat(63), 99_999_999, 100, longest)];
  for (const request of requests) expect(problemsOfRequest(model, 'StartJobRun', request)).toEqual([]);
});

test('the SDK sends the complete request to the path of the service', async () => {
  const { jobs, sent } = jobsWith({ applicationId: '00f1application', jobRunId: 'job1', arn: 'arn' });
  const request = planned();
  expect(await jobs.start(request)).toBe('job1');
  const { applicationId, ...body } = request;
  const { http } = model.operations.StartJobRun ?? {};
  expect(sent).toEqual([
    { method: http?.method, path: http?.requestUri.replace('{applicationId}', applicationId), body },
  ]);
});

test('requests for the state and the cancellation of a run are within the limits', async () => {
  const { jobs, sent } = jobsWith({ jobRun: { state: 'RUNNING', stateDetails: '' } });
  await jobs.get('00f1application', '00f1job');
  await jobs.cancel('00f1application', '00f1job');
  const path = '/applications/00f1application/jobruns/00f1job';
  expect(sent).toMatchObject([
    { method: 'GET', path },
    { method: 'DELETE', path },
  ]);
  for (const operation of ['GetJobRun', 'CancelJobRun'])
    expect(
      problemsOfRequest(model, operation, { applicationId: '00f1application', jobRunId: '00f1job' }),
    ).toEqual([]);
});

test('every job state of the service is known', async () => {
  const states = model.shapes.JobRunState?.enum ?? [];
  expect(states.length).toBeGreaterThan(5);
  for (const state of states) {
    const { jobs } = jobsWith({ jobRun: { state, stateDetails: 'why' } });
    expect(await jobs.get('00f1application', '00f1job')).toEqual({ state, details: 'why' });
  }
});

test('what the service billed is read, and a bill without vCPUs or memory is none', async () => {
  const billed = async (billedResourceUtilization: unknown, releaseLabel = 'emr-spark-8.0.0') =>
    jobsWith({
      jobRun: { state: 'SUCCESS', stateDetails: '', releaseLabel, billedResourceUtilization },
    }).jobs.get('00f1application', '00f1job');
  const whole = { vCPUHour: 1.6, memoryGBHour: 5.6, storageGBHour: 0.2 };
  // These are the names in AWS's own model.
  expect(Object.keys(model.shapes.ResourceUtilization?.members ?? {}).toSorted()).toEqual(
    Object.keys(whole).toSorted(),
  );
  expect(await billed(whole)).toEqual({
    state: 'SUCCESS',
    details: '',
    usage: { vcpuHours: 1.6, memoryGbHours: 5.6, storageGbHours: 0.2 },
  });
  const { storageGBHour: _, ...withoutDisk } = whole;
  expect((await billed(withoutDisk)).usage?.storageGbHours).toBe(0);
  for (const part of [undefined, {}, { vCPUHour: 1.6 }, { memoryGBHour: 5.6 }])
    expect((await billed(part)).usage).toBeUndefined();
  expect(await billed(whole, 'local')).toMatchObject({ isLocal: true });
});

test('a run that the service does not know is GONE, and cancelling it does nothing', async () => {
  const { jobs } = jobsWith({ message: 'no such run' }, 404, {
    'x-amzn-errortype': 'ResourceNotFoundException',
  });
  expect(await jobs.get('00f1application', '00f1job')).toMatchObject({ state: 'GONE' });
  await jobs.cancel('00f1application', '00f1job');
});

test('the comparison finds an unknown field, a wrong pattern and a wrong length', () => {
  const request = planned();
  const wrong = {
    ...request,
    clientToken: 'a b',
    name: 'x'.repeat(257),
    jobDriver: { sparkSubmit: { ...request.jobDriver.sparkSubmit, jars: 's3://x' } },
  };
  expect(problemsOfRequest(model, 'StartJobRun', wrong)).toEqual([
    expect.stringContaining('StartJobRun.clientToken is a b'),
    expect.stringContaining('StartJobRun.name: length is 257, should be 1 to 256'),
    'StartJobRun.jobDriver.sparkSubmit.jars is not known to the service',
  ]);
});

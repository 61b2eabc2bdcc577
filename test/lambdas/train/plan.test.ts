import { expect, test } from 'vitest';
import { Attempt } from '../../../lambdas/shared/contract/schemas.ts';
import { SMALL_SHOP_INTERACTIONS } from '../../../lambdas/train/compiler.ts';
import type { JobState } from '../../../lambdas/train/jobs.ts';
import { nextStep, type OpenWindow, planAttempt } from '../../../lambdas/train/plan.ts';
import { launch } from './launch.ts';

const NOW = 1_000_000;
const MINUTE = 60_000;

function open(attempt: number, state: JobState | undefined, failedAttempts?: number): OpenWindow {
  const planned = planAttempt({ window: 7, attempt, bucket: 'lake', nowMs: NOW }, launch);
  const started = state && { jobRunId: 'job-1', startedAtMs: NOW };
  const failed =
    failedAttempts === undefined ? undefined : { window: 7, attempts: failedAttempts, reasons: [] };
  return {
    window: 7,
    latest: { number: attempt, attempt: planned, started },
    job: state && { state, details: '' },
    failed,
  };
}

const step = (window: OpenWindow, nowMs = NOW) => nextStep(window, 3, nowMs);

test('a window without attempts gets its first', () => {
  const untouched = { window: 7, latest: undefined, job: undefined, failed: undefined };
  expect(step(untouched)).toEqual({ do: 'attempt', attempt: 1 });
});

test('an attempt without a record of its start is started again, with the same request', () => {
  const window = open(1, undefined);
  expect(step(window)).toEqual({ do: 'start', attempt: window.latest?.attempt });
});

test.each(['SUBMITTED', 'PENDING', 'SCHEDULED', 'RUNNING', 'QUEUED', 'CANCELLING'] as const)(
  'nothing is done while a job is %s',
  (state) => {
    expect(step(open(1, state))).toMatchObject({ do: 'nothing' });
  },
);

test.each(['FAILED', 'CANCELLED', 'SUCCESS', 'GONE'] as const)(
  'a job that is %s without a manifest is followed by the next attempt, three in all',
  (state) => {
    expect(step(open(1, state))).toEqual({ do: 'attempt', attempt: 2 });
    expect(step(open(2, state))).toEqual({ do: 'attempt', attempt: 3 });
    expect(step(open(3, state))).toEqual({ do: 'giveUp', attempts: 3 });
  },
);

test('a job is cancelled after its deadline, and the next attempt waits for its end', () => {
  const late = NOW + launch.deadlineMinutes * MINUTE + 1;
  expect(step(open(1, 'RUNNING'), late)).toMatchObject({ do: 'cancel', jobRunId: 'job-1' });
  expect(step(open(1, 'CANCELLING'), late)).toMatchObject({ do: 'nothing' });
  expect(step(open(1, 'CANCELLED'), late)).toEqual({ do: 'attempt', attempt: 2 });
});

test('a failed window gets no further attempt until a person retries it, and then gets one', () => {
  expect(step(open(3, undefined, 3))).toMatchObject({ do: 'nothing' });
  expect(step(open(4, undefined, 3))).toMatchObject({ do: 'start' });
  expect(step(open(4, 'RUNNING', 3))).toMatchObject({ do: 'nothing' });
  expect(step(open(4, 'FAILED', 3))).toMatchObject({ do: 'nothing' });
});

test('the request depends on the window and the attempt alone', () => {
  const plan = (attempt: number, nowMs: number) =>
    planAttempt({ window: 7, attempt, bucket: 'lake', nowMs }, launch);
  expect(Attempt.parse(plan(1, NOW))).toEqual(plan(1, NOW));
  expect(plan(1, NOW).request).toEqual(plan(1, NOW + 5).request);
  expect(plan(2, NOW).request.clientToken).not.toBe(plan(1, NOW).request.clientToken);
  expect(plan(1, NOW).request.jobDriver.sparkSubmit.entryPointArguments).toEqual([
    '--lake',
    's3://lake',
    '--window',
    '7',
    '--attempt',
    '1',
  ]);
});

test('the service accepts the client token even with a long bucket name', () => {
  const { request } = planAttempt(
    { window: 12_345_678, attempt: 10, bucket: 'b'.repeat(63), nowMs: NOW },
    launch,
  );
  expect(request.clientToken).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  expect(request.clientToken).toContain('.12345678.10');
});

test('a small shop is trained with the fast compiler of the JVM, a large one and one of unknown size with both', () => {
  const parameters = (interactions: number | undefined) =>
    planAttempt({ window: 7, attempt: 1, bucket: 'lake', nowMs: NOW, interactions }, launch).request.jobDriver
      .sparkSubmit.sparkSubmitParameters;
  expect(parameters(SMALL_SHOP_INTERACTIONS - 1)).toBe(
    `${launch.sparkSubmitParameters} --conf spark.emr-serverless.driverEnv.JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1` +
      ' --conf spark.executorEnv.JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1',
  );
  expect(parameters(SMALL_SHOP_INTERACTIONS)).toBe(launch.sparkSubmitParameters);
  expect(parameters(undefined)).toBe(launch.sparkSubmitParameters);
});

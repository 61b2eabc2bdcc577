import { expect, test } from 'vitest';
import {
  attemptKey,
  failedKey,
  manifestKey,
  startedKey,
  tombstonesKey,
  windowKey,
} from '../../../lambdas/shared/contract/keys.ts';
import type { JobState } from '../../../lambdas/train/jobs.ts';
import { retry, train } from '../../../lambdas/train/train.ts';
import type { MemoryLake } from '../../lake.ts';
import { launch } from './launch.ts';
import { trainParts as setUp, type TrainParts } from './parts.ts';

const cut = (lake: MemoryLake, window: number) => lake.create(windowKey(window), '{}', '');
const endAll = ({ jobs }: TrainParts, state: JobState) => jobs.endAll(state);

test('invariant 4: repeated messages start one job', async () => {
  const parts = setUp();
  await cut(parts.lake, 1);
  await Promise.all(Array.from({ length: 10 }, () => train(parts)));
  await train(parts);
  expect([...parts.jobs.states.keys()]).toEqual(['job-lake.1.1']);
  expect(parts.lake.keys('attempts/')).toEqual([attemptKey(1, 1), startedKey(1, 1)]);
});

test('invariant 4: the request is stored before the job starts, and sent again after a crash in between', async () => {
  const parts = setUp();
  await cut(parts.lake, 1);
  const start = parts.jobs.start;
  parts.jobs.start = async () => {
    throw new Error('network');
  };
  await expect(train(parts)).rejects.toThrow('Cannot advance 1 windows');
  expect(parts.lake.keys('attempts/')).toEqual([attemptKey(1, 1)]);
  parts.jobs.start = start;
  parts.lake.nowMs += 60_000;
  await train(parts);
  expect(parts.jobs.requests.get('job-lake.1.1')).toEqual(
    JSON.parse(parts.lake.text(attemptKey(1, 1))).request,
  );
});

test('the request depends on the number of interactions in the window; if it cannot be read, the job starts all the same', async () => {
  const parts = setUp();
  await parts.lake.create(windowKey(1), JSON.stringify({ totalInteractions: 5000 }), '');
  await parts.lake.create(windowKey(2), 'damaged', '');
  await train(parts);
  const parametersOf = (id: string) =>
    parts.jobs.requests.get(id)?.jobDriver.sparkSubmit.sparkSubmitParameters;
  expect(parametersOf('job-lake.1.1')).toContain('JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1');
  expect(parametersOf('job-lake.2.1')).toBe(launch.sparkSubmitParameters);
  expect(parts.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
});

test('the events of objects that were replaced because a user was forgotten start no job', async () => {
  const parts = setUp();
  await cut(parts.lake, 1);
  await train(parts);
  endAll(parts, 'SUCCESS');
  await parts.lake.create(manifestKey(1), '{}', '');
  await parts.lake.create(tombstonesKey(1), '{}', '');
  const replace = (key: string) =>
    parts.lake.objects.set(key, { bytes: Buffer.from('{"erased": []}'), storedAtMs: parts.lake.nowMs + 1 });
  replace(manifestKey(1));
  const before = parts.lake.keys();
  await train(parts);
  expect([...parts.jobs.states.keys()]).toEqual(['job-lake.1.1']);
  expect(parts.lake.keys()).toEqual(before);
});

test('a failed job is followed by the next attempt; when all attempts have failed there is an alarm', async () => {
  const parts = setUp();
  await cut(parts.lake, 1);
  for (let round = 0; round < 4; round++) {
    await train(parts);
    endAll(parts, 'FAILED');
  }
  expect([...parts.jobs.states.keys()]).toEqual(['job-lake.1.1', 'job-lake.1.2', 'job-lake.1.3']);
  expect(JSON.parse(parts.lake.text(failedKey(1)))).toMatchObject({
    window: 1,
    attempts: 3,
    reasons: [1, 2, 3].map(
      (number) => `attempt ${number}, job run job-lake.1.${number}: FAILED: out of memory`,
    ),
  });
  expect(parts.log.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { message: expect.stringContaining('npm run retry -- --window 1') },
  ]);
  await train(parts);
  expect(parts.jobs.states.size).toBe(3);
});

test('an attempt is cancelled after its deadline, and the next one waits for its end', async () => {
  const parts = setUp();
  await cut(parts.lake, 1);
  await train(parts);
  parts.lake.nowMs += 61 * 60_000;
  await train(parts);
  expect(parts.jobs.states.get('job-lake.1.1')).toBe('CANCELLING');
  await train(parts);
  expect(parts.jobs.states.size).toBe(1);
  endAll(parts, 'CANCELLED');
  await train(parts);
  expect(parts.jobs.states.get('job-lake.1.2')).toBe('RUNNING');
});

test('a job that succeeds without a manifest counts as failed; a window with a manifest is done', async () => {
  const parts = setUp();
  await cut(parts.lake, 1);
  await train(parts);
  endAll(parts, 'SUCCESS');
  await train(parts);
  expect(parts.jobs.states.get('job-lake.1.2')).toBe('RUNNING');
  await parts.lake.create(manifestKey(1), '{}', '');
  endAll(parts, 'FAILED');
  await train(parts);
  expect(parts.jobs.states.size).toBe(2);
});

test('an attempt that cannot be read counts as failed and does not block other windows', async () => {
  const parts = setUp();
  await cut(parts.lake, 1);
  await parts.lake.create(attemptKey(1, 1), 'not JSON', '');
  await cut(parts.lake, 2);
  await train(parts);
  expect([...parts.jobs.states.keys()]).toEqual(['job-lake.1.2', 'job-lake.2.1']);
  expect(parts.log.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { message: 'An attempt cannot be read; it counts as failed', object: attemptKey(1, 1) },
  ]);
  for (let round = 0; round < 3; round++) {
    endAll(parts, 'FAILED');
    await train(parts);
  }
  expect(JSON.parse(parts.lake.text(failedKey(1))).reasons[0]).toBe(
    `attempt 1: Cannot read ${attemptKey(1, 1)}: it is not JSON`,
  );
});

test('a failure for one window does not block the others', async () => {
  const parts = setUp();
  await cut(parts.lake, 1);
  await cut(parts.lake, 2);
  const start = parts.jobs.start;
  parts.jobs.start = (request) =>
    request.name.startsWith('window-1-') ? Promise.reject(new Error('throttled')) : start(request);
  await expect(train(parts)).rejects.toThrow('Cannot advance 1 windows');
  expect([...parts.jobs.states.keys()]).toEqual(['job-lake.2.1']);
});

test('invariant 4: a retry repeats an attempt without a record of its start, and adds none', async () => {
  const parts = setUp();
  await cut(parts.lake, 1);
  const { create } = parts.lake;
  parts.lake.create = (key, ...rest) =>
    key === startedKey(1, 1) ? Promise.reject(new Error('the store is away')) : create(key, ...rest);
  await expect(train(parts)).rejects.toThrow('Cannot advance 1 windows');
  parts.lake.create = create;
  expect(await retry(parts, { window: 1 })).toEqual({
    done: true,
    message: 'Started attempt 1 of window 1, which had been written but not started',
  });
  expect([...parts.jobs.states.keys()]).toEqual(['job-lake.1.1']);
  expect(await retry(parts, { window: 1 })).toEqual({
    done: false,
    message: 'Cannot retry window 1: attempt 1 is RUNNING',
  });
});

test('a window whose jobs cannot be started fails after the deadlines of its attempts', async () => {
  const parts = setUp();
  await cut(parts.lake, 1);
  parts.jobs.start = async () => {
    throw new Error('ValidationException');
  };
  for (let round = 0; round < 6; round++) {
    await train(parts).catch(() => undefined);
    // Twice the deadline: until then a job whose start was not answered may run.
    parts.lake.nowMs += 121 * 60_000;
  }
  expect(JSON.parse(parts.lake.text(failedKey(1))).reasons).toEqual([
    'attempt 1: never started',
    'attempt 2: never started',
    'attempt 3: never started',
  ]);
});

test('a person can retry a failed window, and gets an answer', async () => {
  const parts = setUp();
  expect(await retry(parts, { window: 1 })).toEqual({
    done: false,
    message: 'Cannot retry window 1: there is no such window',
  });
  await cut(parts.lake, 1);
  for (let round = 0; round < 4; round++) {
    await train(parts);
    endAll(parts, 'FAILED');
  }
  expect(await retry(parts, { window: 1 })).toEqual({ done: true, message: 'Started attempt 4 of window 1' });
  expect(await retry(parts, { window: 1 })).toEqual({
    done: false,
    message: 'Cannot retry window 1: attempt 4 is RUNNING',
  });
  await train(parts);
  endAll(parts, 'FAILED');
  await train(parts);
  expect(parts.jobs.states.size).toBe(4);
  await parts.lake.create(manifestKey(1), '{}', '');
  expect(await retry(parts, { window: 1 })).toEqual({
    done: false,
    message: 'Cannot retry window 1: it has a run already',
  });
});

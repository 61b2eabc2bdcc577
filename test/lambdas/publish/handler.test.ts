import type { Context } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import { MAX_TRIES } from '../../../lambdas/publish/publish.ts';
import { CURRENT_KEY, manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import { memoryLake } from '../../lake.ts';
import { storeRun } from '../samples.ts';

const lake = memoryLake();
vi.mock(import('../../../lambdas/shared/platform/lake.ts'), async (original) => ({
  ...(await original()),
  s3Lake: () => lake,
}));
vi.stubEnv(ENV.lakeBucket, 'lake');
const { handler } = await import('../../../lambdas/publish/handler.ts');

const created = (key: string) => ({ 'detail-type': 'Object Created', detail: { object: { key } } });
const queued = (...bodies: readonly unknown[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `m${index}`,
    eventSource: 'aws:sqs',
    body: JSON.stringify(body),
  })),
});

/** Lines that the Lambda wrote to standard output. */
const lines: string[] = [];
const call = async (event: unknown): Promise<unknown> => {
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  try {
    return await handler(event, { awsRequestId: 'r1' } as Context);
  } finally {
    output.mockRestore();
  }
};

beforeEach(() => {
  lake.objects.clear();
  lines.length = 0;
});

test('a message about one run decides all undecided runs; the same message again changes nothing', async () => {
  for (const run of [1, 2]) await storeRun(lake, run);
  const event = queued(created(manifestKey(2)), created(manifestKey(2)));
  await call(event);
  await call(event);
  expect(lake.keys('publications/')).toHaveLength(2);
  expect(JSON.parse(lake.text(CURRENT_KEY))).toMatchObject({ run: 2, decidedThrough: 2 });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'info', stage: 'publish', requestId: 'r1', window: 1 },
    { level: 'info', stage: 'publish', requestId: 'r1', window: 2 },
  ]);
});

test('a failure of all messages fails the call and is logged as an error', async () => {
  await lake.create(manifestKey(1), 'not JSON', 'application/json');
  await expect(call(queued(created(manifestKey(1))))).rejects.toThrow(manifestKey(1));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'error', stage: 'publish' }]);
  expect(lake.keys('publications/')).toEqual([]);
});

test('a failed call counts if one of its messages is a sweep', async () => {
  await lake.create(manifestKey(1), 'not JSON', 'application/json');
  const event = queued(created(manifestKey(1)), { sweep: true });
  for (let tries = 0; tries < MAX_TRIES; tries++) await expect(call(event)).rejects.toThrow(manifestKey(1));
  await call(event);
  expect(JSON.parse(lake.text(CURRENT_KEY))).toMatchObject({ run: null, decidedThrough: 1 });
});

test('every request of an event is answered, and so are the notices; only a wrong request is delivered again', async () => {
  for (const run of [1, 2, 3]) await storeRun(lake, run);
  await call({ sweep: true });
  await storeRun(lake, 4);
  const event = queued({ rollback: 2 }, { rollback: 'two' }, { rollback: 1 }, created(manifestKey(4)));
  expect(await call(event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  const messages = lines.map((line) => JSON.parse(line).message);
  expect(messages).toContain('Rolled back to run 2');
  expect(messages).toContain('Rolled back to run 1');
  expect(JSON.parse(lake.text(CURRENT_KEY))).toMatchObject({ run: 4, previous: 1, decidedThrough: 4 });
});

test('a successful rollback is not delivered again if the notices of the same event fail', async () => {
  for (const run of [1, 2]) await storeRun(lake, run);
  await call({ sweep: true });
  await lake.create(manifestKey(3), 'not JSON', 'application/json');
  expect(await call(queued({ rollback: true }, created(manifestKey(3))))).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm1' }],
  });
  expect(JSON.parse(lake.text(CURRENT_KEY))).toMatchObject({ run: 1 });
});

test('a direct invocation gets the answer to its request, or the reason why it is wrong', async () => {
  expect(await call({ rollback: true })).toEqual({
    done: false,
    message: 'Cannot roll back: no run is served yet',
  });
  await expect(call({ rollback: 0 })).rejects.toThrow('Cannot answer the request rollback: rollback: ');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 'error', message: 'Cannot publish' });
});

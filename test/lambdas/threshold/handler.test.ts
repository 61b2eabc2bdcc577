import type { Context } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import { interactionsKey, manifestKey, windowKey } from '../../../lambdas/shared/contract/keys.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import { memoryLake } from '../../lake.ts';

const lake = memoryLake();
vi.mock(import('../../../lambdas/shared/platform/lake.ts'), async (original) => ({
  ...(await original()),
  s3Lake: () => lake,
}));
vi.stubEnv(ENV.lakeBucket, 'lake');
vi.stubEnv(ENV.threshold, JSON.stringify({ threshold: 100, growth: 0, maxWaitSeconds: 1e9 }));
vi.stubEnv(ENV.model, '{}');
const { handler } = await import('../../../lambdas/threshold/handler.ts');

const queued = (...bodies: readonly unknown[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `m${index}`,
    eventSource: 'aws:sqs',
    body: JSON.stringify(body),
  })),
});

const call = async (event: unknown) => {
  const output = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  try {
    return await handler(event, { awsRequestId: 'r1' } as Context);
  } finally {
    output.mockRestore();
  }
};

const store = (first: number, last: number) =>
  lake.create(
    interactionsKey({
      source: '0a1b2c3d',
      topic: 'sales',
      partition: 0,
      first,
      last,
      count: last - first + 1,
      firstMs: 1,
    }),
    'x',
    '',
  );

/** Offsets 1000..1099 are cut and trained. */
beforeEach(async () => {
  lake.objects.clear();
  await store(1000, 1099);
  await call({ sweep: true });
  await lake.create(manifestKey(1), '{}', '');
});

test('the frequent sweep finds what came behind the cut, also if its event was lost', async () => {
  await store(1100, 1199);
  expect(await call(queued({ sweep: true }))).toMatchObject({ cut: 2, newInteractions: 100 });
});

test('what came late, below the cut, is found by the full sweep, and not by the frequent one', async () => {
  await store(0, 149);
  expect(await call(queued({ sweep: true }))).toMatchObject({ cut: undefined, newInteractions: 0 });
  expect(await call(queued({ sweep: true, all: true }))).toMatchObject({ cut: 2, newInteractions: 150 });
});

test('the frequent sweep reads the newest window alone, the full one all of them', async () => {
  await store(1100, 1199);
  await call({ sweep: true });
  await lake.create(manifestKey(2), '{}', '');
  const read: string[] = [];
  lake.fault = (operation, key) => {
    if (operation === 'read' && key.startsWith('windows/')) read.push(key);
  };
  await call({ sweep: true });
  expect(read.splice(0)).toEqual([windowKey(2)]);
  await call({ sweep: true, all: true });
  expect(read).toEqual([windowKey(2), windowKey(1), windowKey(2)]);
  lake.fault = () => undefined;
});

test('of several messages the closest look counts: one full sweep among them, or a flush', async () => {
  await store(0, 49);
  expect(await call(queued({ sweep: true }, { sweep: true, all: true }))).toMatchObject({
    cut: undefined,
    newInteractions: 50,
  });
  expect(await call(queued({ sweep: true }, { flush: true }))).toMatchObject({ cut: 2, newInteractions: 50 });
});

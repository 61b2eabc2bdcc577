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

/** Lines of the last call. */
let lines: { readonly level: string; readonly message: string }[] = [];
const call = async (event: unknown) => {
  lines = [];
  const output = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((line) => lines.push(JSON.parse(String(line))) > 0);
  try {
    return await handler(event, { awsRequestId: 'r1' } as Context);
  } finally {
    output.mockRestore();
  }
};

const ALL_DONE = { batchItemFailures: [] };
const failed = (...messageIds: readonly string[]) => ({
  batchItemFailures: messageIds.map((itemIdentifier) => ({ itemIdentifier })),
});
const cutLine = (window: number, newInteractions: number) => ({
  message: expect.stringContaining(`Cut window ${window}: `),
  window,
  newInteractions,
});
const notYetLine = (newInteractions: number) => ({
  message: expect.stringContaining('Not yet: '),
  newInteractions,
});

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

function storeAtOnce(first: number, last: number): string {
  const count = last - first + 1;
  const name = { source: '0a1b2c3d', topic: 'sales', partition: 0, first, last, count, firstMs: 1 };
  lake.objects.set(interactionsKey(name), { bytes: Buffer.from('x'), storedAtMs: lake.nowMs });
  return interactionsKey(name);
}

const created = (key: string) => ({ 'detail-type': 'Object Created', detail: { object: { key } } });

/** Offsets 1000..1099 are cut and trained. */
beforeEach(async () => {
  lake.objects.clear();
  lake.nowMs = Date.now();
  await store(1000, 1099);
  await call({ sweep: true });
  await lake.create(manifestKey(1), '{}', '');
});

test('the frequent sweep finds a batch after the highest offset cut, also if its event was lost', async () => {
  await store(1100, 1199);
  expect(await call(queued({ sweep: true }))).toEqual(ALL_DONE);
  expect(lines).toMatchObject([cutLine(2, 100)]);
});

test('the frequent sweep finds a late batch among the first thousand of its partition, the full sweep every late batch', async () => {
  for (let first = 2000; first < 13_000; first += 10) storeAtOnce(first, first + 9);
  await call({ sweep: true });
  await lake.create(manifestKey(2), '{}', '');
  storeAtOnce(0, 149);
  expect(await call(queued({ sweep: true }))).toEqual(ALL_DONE);
  expect(lines).toMatchObject([cutLine(3, 150)]);
  await lake.create(manifestKey(3), '{}', '');
  // Offsets from 13,200 on are cut before those from 13,050 on are stored.
  storeAtOnce(13_200, 13_299);
  await call({ sweep: true });
  await lake.create(manifestKey(4), '{}', '');
  storeAtOnce(13_050, 13_169);
  expect(await call(queued({ sweep: true }))).toEqual(ALL_DONE);
  expect(lines).toMatchObject([notYetLine(0)]);
  expect(await call(queued({ sweep: true, all: true }))).toEqual(ALL_DONE);
  expect(lines).toMatchObject([cutLine(5, 120)]);
});

test('an event of a late batch finds it', async () => {
  const key = storeAtOnce(0, 149);
  expect(await call(queued(created(key)))).toEqual(ALL_DONE);
  expect(lines).toMatchObject([cutLine(2, 150)]);
});

test('after an object that ends a run all partitions are looked at', async () => {
  storeAtOnce(1100, 1199);
  expect(await call(queued(created(manifestKey(1))))).toEqual(ALL_DONE);
  expect(lines).toMatchObject([{ ...cutLine(2, 100), look: 'sweep' }]);
});

test('the frequent sweep reads only the newest window, the full sweep all windows', async () => {
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

test('one decision answers all notices, as a full sweep if one of them is; a flush has its own decision', async () => {
  await store(0, 49);
  expect(await call(queued({ sweep: true }, { sweep: true, all: true }))).toEqual(ALL_DONE);
  expect(lines).toMatchObject([notYetLine(50)]);
  expect(await call(queued({ sweep: true }, { flush: true }))).toEqual(ALL_DONE);
  expect(lines).toMatchObject([
    cutLine(2, 50),
    { message: expect.stringContaining('window 2 is in flight') },
  ]);
});

test('a request that is wrong fails alone; its neighbours are answered', async () => {
  await store(1100, 1199);
  expect(await call(queued({ flush: 'yes' }, { sweep: true }, { flsh: true }))).toEqual(failed('m0', 'm2'));
  expect(lines).toMatchObject([
    { level: 'error', messageIds: ['m0'] },
    { level: 'error', messageIds: ['m2'] },
    cutLine(2, 100),
  ]);
});

test('a direct invocation gets the outcome, or the reason why its request is wrong', async () => {
  await store(1100, 1149);
  expect(await call({ flush: true })).toMatchObject({ cut: 2, newInteractions: 50 });
  await expect(call({ flush: 'yes' })).rejects.toThrow('Cannot answer the request flush: flush: ');
  expect(lines).toMatchObject([{ level: 'error', message: 'Cannot decide' }]);
});

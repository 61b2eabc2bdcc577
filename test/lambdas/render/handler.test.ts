import type { Context } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import { chartsOf, manifestKey, publicationKey, windowKey } from '../../../lambdas/shared/contract/keys.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import { toJson } from '../../../lambdas/shared/platform/lake.ts';
import type { QueueResponse } from '../../../lambdas/shared/platform/messages.ts';
import { memoryLake } from '../../lake.ts';
import { pagesPublication, storePagesRun } from '../pages-samples.ts';

const lake = memoryLake();
vi.mock(import('../../../lambdas/shared/platform/lake.ts'), async (original) => ({
  ...(await original()),
  s3Lake: () => lake,
}));
vi.stubEnv(ENV.lakeBucket, 'lake');
const { handler } = await import('../../../lambdas/render/handler.ts');

const created = (key: string) => ({ 'detail-type': 'Object Created', detail: { object: { key } } });
const queued = (...bodies: readonly unknown[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `m${index}`,
    eventSource: 'aws:sqs',
    body: JSON.stringify(body),
  })),
});
const failed = ({ batchItemFailures }: QueueResponse): string[] =>
  batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

/** Lines that the Lambda wrote to standard output. */
const lines: string[] = [];
const call = async (event: unknown): Promise<QueueResponse> => {
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  try {
    return await handler(event, { awsRequestId: 'r1' } as Context);
  } finally {
    output.mockRestore();
  }
};
const pageOf = (run: number): string => `${chartsOf(run)}index.html`;

beforeEach(() => {
  lake.objects.clear();
  lines.length = 0;
});

test('only failed messages are delivered again; their neighbours are rendered', async () => {
  for (const run of [1, 3]) await storePagesRun(lake, run);
  const answer = await call(queued(...[1, 2, 3].map((run) => created(publicationKey(run)))));
  expect(failed(answer)).toEqual(['m1']);
  expect(lake.keys('charts/').filter((key) => key.endsWith('index.html'))).toEqual([pageOf(1), pageOf(3)]);
  expect(lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error')).toMatchObject([
    { stage: 'render', requestId: 'r1', object: publicationKey(2) },
  ]);
});

test('a repeated message succeeds and changes nothing', async () => {
  await storePagesRun(lake, 1);
  const event = queued(created(publicationKey(1)), created(publicationKey(1)));
  expect(failed(await call(event))).toEqual([]);
  const before = lake.keys().map((key) => [key, lake.text(key)]);
  expect(failed(await call(event))).toEqual([]);
  expect(lake.keys().map((key) => [key, lake.text(key)])).toEqual(before);
});

test('a sweep renders runs without a message', async () => {
  await storePagesRun(lake, 1);
  expect(failed(await call(queued({ sweep: true })))).toEqual([]);
  expect(lake.keys(pageOf(1))).toHaveLength(1);
});

test('a sweep that fails to draw a run is delivered again', async () => {
  await lake.create(manifestKey(1), 'not JSON', 'application/json');
  await lake.create(publicationKey(1), toJson(pagesPublication(1)), 'application/json');
  expect(failed(await call(queued({ sweep: true })))).toEqual(['m0']);
});

test('objects in which publish counts its tries are not decisions, and are ignored', async () => {
  expect(failed(await call(queued(created('publications/tries/00000001/00000001.json'))))).toEqual([]);
  expect(lake.keys()).toEqual([]);
});

test('a message about anything but a decision fails', async () => {
  expect(failed(await call(queued(created(windowKey(1)), { flush: true })))).toEqual(['m0', 'm1']);
  expect(lake.keys()).toEqual([]);
});

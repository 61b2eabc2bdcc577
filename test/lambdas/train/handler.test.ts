import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { failedKey, manifestKey, windowKey } from '../../../lambdas/shared/contract/keys.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import { memoryLake } from '../../lake.ts';
import { fakeCluster } from './cluster.ts';
import { launch } from './launch.ts';

/** Saved events of EMR Serverless; clock, lake and service are fakes. */
const events = JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/emr-events.json'), 'utf8'));
const lake = memoryLake();
const cluster = fakeCluster();
vi.mock(import('../../../lambdas/shared/platform/lake.ts'), async (original) => ({
  ...(await original()),
  s3Lake: () => lake,
}));
vi.mock(import('../../../lambdas/train/jobs.ts'), async (original) => ({
  ...(await original()),
  emrJobs: () => cluster,
}));
vi.stubEnv(ENV.lakeBucket, 'lake');
vi.stubEnv(ENV.launch, JSON.stringify(launch));
vi.stubEnv(ENV.usage, '{}');
const { handler } = await import('../../../lambdas/train/handler.ts');

interface Line {
  readonly level: string;
  readonly message: string;
  readonly window?: number;
  readonly messageIds?: readonly string[];
}
let lines: Line[] = [];
const errors = () => lines.filter(({ level }) => level === 'error');

/** Calls the Lambda with messages of its queue. */
async function receive(...bodies: readonly unknown[]): Promise<unknown> {
  return invoke({
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      eventSource: 'aws:sqs',
      body: JSON.stringify(body),
    })),
  });
}

async function invoke(event: unknown): Promise<unknown> {
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    const line = JSON.parse(String(text));
    if ('level' in line) lines.push(line);
    return true;
  });
  try {
    return await handler(event, { awsRequestId: 'r1' } as Context);
  } finally {
    output.mockRestore();
  }
}

const SWEEP = { sweep: true };
const windowCut = { 'detail-type': 'Object Created', detail: { object: { key: windowKey(1) } } };
const jobs = (): string[] => [...cluster.states.keys()];
const passHours = (hours: number): void => void vi.setSystemTime(Date.now() + hours * 3_600_000);

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 5, 30, 12) });
  lake.objects.clear();
  cluster.states.clear();
  lines = [];
  await lake.create(windowKey(1), '{}', 'application/json');
  await receive(windowCut);
  expect(jobs()).toEqual(['job-lake.1.1']);
});
afterEach(() => void vi.useRealTimers());

/** The ways in which an attempt fails, and the messages that follow. */
const ENDINGS = {
  'a FAILED event': async () => {
    cluster.endAll('FAILED');
    await receive(events.failed);
  },
  'a lost event: only the sweep comes': async () => {
    cluster.endAll('FAILED');
    await receive(SWEEP);
  },
  'a run without news: it is cancelled at its deadline, and an event reports its end': async () => {
    passHours(1.1);
    await receive(SWEEP);
    expect([...cluster.states.values()].at(-1)).toBe('CANCELLING');
    cluster.endAll('CANCELLED');
    await receive(events.cancelled);
  },
  'a run without news, whose end no event reports': async () => {
    passHours(1.1);
    await receive(SWEEP);
    cluster.endAll('CANCELLED');
    await receive(SWEEP);
  },
  'a run that the service does not know any more': async () => {
    cluster.endAll('GONE');
    await receive(SWEEP);
  },
  'a success without a manifest': async () => {
    cluster.endAll('SUCCESS');
    await receive(events.success);
  },
} satisfies Readonly<Record<string, () => Promise<void>>>;

test.each(Object.entries(ENDINGS))(
  '%s: the next attempt starts; after three attempts there are failed.json and an error',
  async (_, end) => {
    await end();
    expect(jobs()).toEqual(['job-lake.1.1', 'job-lake.1.2']);
    expect(errors()).toEqual([]);
    await end();
    expect(jobs()).toHaveLength(3);
    expect(lake.keys(failedKey(1))).toEqual([]);
    await end();
    expect(jobs()).toHaveLength(3);
    expect(JSON.parse(lake.text(failedKey(1)))).toMatchObject({
      window: 1,
      attempts: 3,
      reasons: [1, 2, 3].map((attempt) =>
        expect.stringContaining(`attempt ${attempt}, job run job-lake.1.${attempt}: `),
      ),
    });
    expect(errors()).toMatchObject([
      { window: 1, message: expect.stringContaining('npm run retry -- --window 1') },
    ]);
    await receive(events.failed, SWEEP);
    expect(jobs()).toHaveLength(3);
    expect(errors()).toHaveLength(1);
  },
);

test('a repeated or late event starts nothing', async () => {
  cluster.endAll('FAILED');
  await receive(events.failed, events.failed);
  await receive(events.failed);
  expect(jobs()).toEqual(['job-lake.1.1', 'job-lake.1.2']);
});

test('a success with a manifest starts nothing more', async () => {
  await lake.create(manifestKey(1), '{}', 'application/json');
  cluster.endAll('SUCCESS');
  await receive(events.success, SWEEP);
  expect(jobs()).toHaveLength(1);
  expect(errors()).toEqual([]);
});

test('a person can retry a failed window through the same Lambda', async () => {
  for (let attempt = 0; attempt < 3; attempt++) await ENDINGS['a FAILED event']();
  await receive({ retry: 1 });
  expect(jobs().at(-1)).toBe('job-lake.1.4');
});

test('only a wrong request and a failed one are delivered again; their neighbours are answered', async () => {
  await lake.create(windowKey(2), '{}', 'application/json');
  const { start } = cluster;
  cluster.start = (request) =>
    request.name === 'window-1-attempt-2' ? Promise.reject(new Error('throttled')) : start(request);
  cluster.endAll('FAILED');
  expect(await receive({ retry: 'one' }, { retry: 1 }, { retry: 2 }, { retry: 9 })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }],
  });
  cluster.start = start;
  expect(jobs()).toEqual(['job-lake.1.1', 'job-lake.2.1']);
  expect(errors()).toMatchObject([{ messageIds: ['m0'] }, { messageIds: ['m1'] }]);
});

test('a successful retry is not delivered again if the notices of the same event fail', async () => {
  await lake.create(windowKey(2), '{}', 'application/json');
  const { start } = cluster;
  cluster.start = (request) =>
    request.name.startsWith('window-2-') ? Promise.reject(new Error('throttled')) : start(request);
  cluster.endAll('FAILED');
  expect(await receive({ retry: 1 }, SWEEP, events.failed)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }],
  });
  await expect(receive(SWEEP)).rejects.toThrow('Cannot advance 1 windows');
  cluster.start = start;
  expect(jobs()).toEqual(['job-lake.1.1', 'job-lake.1.2']);
});

test('a person can start a window over the budget through the same Lambda', async () => {
  cluster.endAll('FAILED');
  await receive({ retry: 1, overBudget: true });
  expect(jobs().at(-1)).toBe('job-lake.1.2');
  await expect(invoke({ retry: 1, overBudget: 'yes' })).rejects.toThrow('Cannot answer');
});

test('a direct invocation gets the answer to its request, or the reason why it is wrong', async () => {
  expect(await invoke({ retry: 1 })).toEqual({
    done: false,
    message: 'Cannot retry window 1: attempt 1 is RUNNING',
  });
  await expect(invoke({ retry: 'one' })).rejects.toThrow('Cannot answer the request retry: retry: ');
});

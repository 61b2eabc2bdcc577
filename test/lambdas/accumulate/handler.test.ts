import type { Context } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import { PRIVACY_KEY } from '../../../lambdas/shared/contract/keys.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { memoryLake } from '../../lake.ts';

const SECRET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01';
const lake = memoryLake();
vi.mock(import('../../../lambdas/shared/platform/lake.ts'), async (original) => ({
  ...(await original()),
  s3Lake: () => lake,
}));
const loadPersonKey = vi.fn(async (_secret: string) => createPersonKey(SECRET));
vi.mock(import('../../../lambdas/shared/privacy/load-key.ts'), () => ({
  loadPersonKey: (secret) => loadPersonKey(secret),
}));

const event = {
  eventSource: 'aws:kafka',
  eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/local/test',
  records: {
    'sales-0': [
      {
        topic: 'sales',
        partition: 0,
        offset: 4,
        timestamp: Date.UTC(2026, 5, 1),
        value: Buffer.from('{"user":"zoe","productId":"lamp"}').toString('base64'),
        headers: [],
      },
    ],
  },
};

/** Starts a process of the function. In plain mode the stack gives it no secret. */
async function start(userIds: 'plain' | 'keyed') {
  vi.resetModules();
  vi.unstubAllEnvs();
  for (const [name, value] of Object.entries({
    [ENV.lakeBucket]: 'lake',
    [ENV.fieldMap]: '{"userId":"user"}',
    [ENV.partialAnswers]: 'true',
    [ENV.privacy]: JSON.stringify({ userIds }),
    ...(userIds === 'keyed' && { [ENV.personSecret]: 'arn:secret' }),
  }))
    vi.stubEnv(name, value);
  const { handler } = await import('../../../lambdas/accumulate/handler.ts');
  return () => handler(event, { awsRequestId: 'r1', functionName: 'accumulate-1' } as Context);
}

let lines: string[] = [];
beforeEach(() => {
  lake.objects.clear();
  loadPersonKey.mockClear();
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  return () => vi.restoreAllMocks();
});

test('the first process writes how ids are stored before it stores a sale; plain ids need no secret', async () => {
  expect(await (await start('plain'))()).toEqual({ batchItemFailures: [] });
  expect(JSON.parse(lake.text(PRIVACY_KEY))).toEqual({ userIds: 'plain', keyCheck: null });
  expect(lake.keys('interactions/')).toHaveLength(1);
  expect(loadPersonKey).not.toHaveBeenCalled();
});

test('keyed ids are stored as pseudonyms, and the secret is read once in a process', async () => {
  const call = await start('keyed');
  await call();
  await call();
  expect(loadPersonKey.mock.calls).toEqual([['arn:secret']]);
  expect(JSON.parse(lake.text(PRIVACY_KEY))).toMatchObject({ userIds: 'keyed' });
  expect(lines.join()).not.toContain('zoe');
});

test.each([
  ['plain', 'keyed'],
  ['keyed', 'plain'],
] as const)(
  'a process with another mode stores nothing, logs the reason, and leaves the records to the poller: %s to %s',
  async (before, after) => {
    await (await start(before))();
    const stored = lake.keys();
    const call = await start(after);
    await expect(call()).rejects.toThrow(`its sales are stored with ${before} ids`);
    await expect(call()).rejects.toThrow(`its sales are stored with ${before} ids`);
    expect(lake.keys()).toEqual(stored);
    expect(lines.filter((line) => line.includes('"level":"error"')).join()).toContain(
      `privacy.userIds is \\"${after}\\"`,
    );
    expect(lines.join()).not.toContain('zoe');
  },
);

test('a process with another secret stores nothing, and one with the first secret goes on', async () => {
  await (await start('keyed'))();
  loadPersonKey.mockResolvedValueOnce(createPersonKey(`${SECRET}2`));
  await expect((await start('keyed'))()).rejects.toThrow('keyed with another secret');
  expect(await (await start('keyed'))()).toEqual({ batchItemFailures: [] });
});

test('a secret that cannot be read stores nothing', async () => {
  loadPersonKey.mockRejectedValueOnce(new Error('AccessDeniedException'));
  await expect((await start('keyed'))()).rejects.toThrow('AccessDeniedException');
  expect(lake.keys()).toEqual([]);
});

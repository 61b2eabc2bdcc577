import type { Context } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import { PRIVACY_KEY, tombstonesKey } from '../../../lambdas/shared/contract/keys.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import type { UserSale } from '../../../lambdas/shared/platform/recent.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { memoryLake } from '../../lake.ts';

const SECRET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01';
const lake = memoryLake();
vi.mock(import('../../../lambdas/shared/platform/lake.ts'), async (original) => ({
  ...(await original()),
  s3Lake: () => lake,
}));
vi.mock(import('../../../lambdas/shared/privacy/load-key.ts'), () => ({
  loadPersonKey: async () => createPersonKey(SECRET),
}));

const tables: unknown[] = [];
const store = vi.fn(async (_: readonly UserSale[]) => undefined);
vi.mock(import('../../../lambdas/shared/platform/recent.ts'), async (original) => ({
  ...(await original()),
  dynamoRecentSales: (table, days) => {
    tables.push([table, days]);
    return { ofUser: async () => [], remember: store };
  },
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
        timestamp: Date.now(),
        value: Buffer.from('{"user":"ann","productId":"lamp"}').toString('base64'),
        headers: [],
      },
    ],
  },
};

async function load(partialAnswers: boolean, userIds: 'plain' | 'keyed' = 'plain') {
  vi.resetModules();
  for (const [name, value] of Object.entries({
    [ENV.lakeBucket]: 'lake',
    [ENV.recentTable]: 'recent',
    [ENV.recentDays]: '120',
    [ENV.fieldMap]: '{"userId":"user"}',
    [ENV.partialAnswers]: String(partialAnswers),
    [ENV.privacy]: JSON.stringify({ userIds }),
    [ENV.personSecret]: 'arn:secret',
  }))
    vi.stubEnv(name, value);
  const { handler } = await import('../../../lambdas/remember/handler.ts');
  return () => handler(event, { awsRequestId: 'r1', functionName: 'remember-1' } as Context);
}

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  lake.objects.clear();
  return () => vi.restoreAllMocks();
});

test('table, days and names of fields are read from the environment', async () => {
  expect(await (await load(true))()).toEqual({ batchItemFailures: [] });
  expect(tables).toEqual([['recent', 120]]);
  expect(store.mock.lastCall?.[0]).toMatchObject([{ user: 'ann', product: 'lamp', address: { offset: 4 } }]);
});

test('a partition that cannot be stored is answered to pollers that read answers, and fails the call for others', async () => {
  store.mockRejectedValue(new Error('throttled'));
  expect(await (await load(true))()).toEqual({
    batchItemFailures: [{ itemIdentifier: { partition: 'sales-0', offset: 4 } }],
  });
  await expect((await load(false))()).rejects.toThrow('Cannot store sales-0 from offset 4');
});

test('keyed ids are stored as pseudonyms', async () => {
  store.mockResolvedValue(undefined);
  await (await load(true, 'keyed'))();
  expect(store.mock.lastCall?.[0]).toMatchObject([
    { user: createPersonKey(SECRET).pseudonym('ann'), product: 'lamp' },
  ]);
  expect(lake.keys()).toEqual([]);
});

test('sales of a forgotten user are ignored: the tombstones of the bucket are read with the secret', async () => {
  store.mockClear();
  const { check, forgottenHash } = createPersonKey(SECRET);
  const tombstones = {
    erasure: 1,
    untilMs: Date.now() + 60_000,
    keyCheck: check,
    users: [forgottenHash('ann')],
  };
  await lake.create(tombstonesKey(1), JSON.stringify(tombstones), 'application/json');
  expect(await (await load(true))()).toEqual({ batchItemFailures: [] });
  expect(store.mock.calls).toEqual([[[]]]);
});

test('nothing is remembered while the sales of the bucket are stored in another way; later the same call succeeds', async () => {
  await lake.create(PRIVACY_KEY, '{"userIds":"plain","keyCheck":null}', 'application/json');
  await lake.create('interactions/a', '', 'text/plain');
  store.mockClear();
  const call = await load(true, 'keyed');
  await expect(call()).rejects.toThrow('its sales are stored with plain ids');
  expect(store).not.toHaveBeenCalled();
  lake.objects.clear();
  expect(await call()).toEqual({ batchItemFailures: [] });
  expect(store).toHaveBeenCalledTimes(1);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remember } from '../../../lambdas/remember/remember.ts';
import { createTombstones } from '../../../lambdas/shared/platform/tombstones.ts';
import { createPersonIds, type PersonIds, PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { sourceOf } from '../../../lambdas/shared/sales/msk-event.ts';
import { throwFailures } from '../../../lambdas/shared/sales/partial-batch.ts';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import { memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';
import { memoryRecentSales } from '../memory-recent.ts';
import { KEY, writeTombstones } from '../tombstones.ts';

const ARN = 'arn:aws:kafka:us-east-1:000000000000:cluster/local/test';
const AT = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;

interface Rec {
  readonly offset: number;
  readonly value?: string | null;
  readonly partition?: number;
  readonly kafkaMs?: number;
  readonly id?: string;
}

const lamp = (userId: string, more: object = {}): string =>
  JSON.stringify({ userId, productId: 'lamp', productName: 'Blue lamp', ...more });

function event(records: readonly Rec[]) {
  const byPartition: Record<string, unknown[]> = {};
  for (const { offset, value = lamp('ann'), partition = 0, kafkaMs = AT + offset, id } of records) {
    const name = `sales-${partition}`;
    byPartition[name] ??= [];
    byPartition[name].push({
      topic: 'sales',
      partition,
      offset,
      timestamp: kafkaMs,
      value: value === null ? null : Buffer.from(value).toString('base64'),
      headers: id === undefined ? [] : [{ id: [...new Int8Array(Buffer.from(id))] }],
    });
  }
  return { eventSource: 'aws:kafka', eventSourceArn: ARN, records: byPartition };
}

function setUp(nowMs = AT) {
  const recent = memoryRecentSales();
  const log = recordingLog();
  const lake = memoryLake();
  const clock = { nowMs };
  const tombstones = createTombstones({ lake, key: async () => KEY, nowMs: () => clock.nowMs });
  const parts = {
    ...{ recent, tombstones, log },
    days: 90,
    parseSale: createSaleParser({}),
    ids: PLAIN_IDS as PersonIds,
    nowMs: () => clock.nowMs,
  };
  const run = (records: readonly Rec[]) => remember(event(records), parts);
  return { recent, log, lake, clock, parts, run };
}

test('sales are stored by user with their address and id, and no more than an answer needs', async () => {
  const { recent, log, run } = setUp();
  const answer = await run([
    {
      offset: 3,
      value: lamp('ann', { quantity: -2, price: 9.5, orderId: 7, type: 'view', note: 'x' }),
      id: 's1',
    },
    { offset: 8, partition: 1, value: lamp('bob') },
  ]);
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(await recent.ofUser('ann')).toEqual([
    {
      product: 'lamp',
      quantity: -2,
      atMs: AT + 3,
      type: 'view',
      orderId: '7',
      price: 9.5,
      id: 's1',
      address: { source: sourceOf(ARN), topic: 'sales', partition: 0, offset: 3, kafkaMs: AT + 3 },
    },
  ]);
  expect(JSON.stringify([...recent.items.values()])).not.toContain('Blue');
  expect(log.measured).toEqual([{ SalesRemembered: 2, SalesIgnored: 0, RememberFailures: 0 }]);
});

test('records that are not sales are ignored, and their neighbours stored', async () => {
  const { recent, log, run } = setUp();
  const values = ['nonsense', null, '{"userId":"secret"}', lamp('ann'), lamp('secret', { quantity: 0 })];
  expect(await run(values.map((value, offset) => ({ offset, value })))).toEqual({ batchItemFailures: [] });
  expect((await recent.ofUser('ann')).map(({ address }) => address?.offset)).toEqual([3]);
  expect(recent.items.size).toBe(1);
  expect(log.measured).toEqual([{ SalesRemembered: 1, SalesIgnored: 4, RememberFailures: 0 }]);
  expect(JSON.stringify(log.lines)).not.toMatch(/secret|"ann"/);
});

test('a sale that would be forgotten at once is ignored, by its Kafka timestamp alone', async () => {
  const { recent, run } = setUp(AT + 90 * DAY_MS);
  await run([
    { offset: 0, kafkaMs: AT },
    { offset: 1, kafkaMs: AT + 1000 },
    { offset: 2, kafkaMs: AT + DAY_MS, value: lamp('ann', { timestamp: '2001-01-01T00:00:00Z' }) },
  ]);
  expect((await recent.ofUser('ann')).map(({ address }) => address?.offset)).toEqual([1, 2]);
});

test('a storage fault fails its partition alone, from its first record, and is logged and counted', async () => {
  const { recent, log, parts } = setUp();
  const faulty = {
    remember: async (sales: Parameters<typeof recent.remember>[0]) => {
      if (sales.some(({ address }) => address.partition === 1)) throw new Error('throttled');
      await recent.remember(sales);
    },
  };
  const records = [
    { offset: 5 },
    { offset: 9, partition: 1, value: 'nonsense' },
    { offset: 10, partition: 1, value: lamp('bob') },
  ];
  const answer = await remember(event(records), { ...parts, recent: faulty });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: { partition: 'sales-1', offset: 9 } }] });
  expect(recent.items.size).toBe(1);
  expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { partition: 'sales-1', offset: 9 },
  ]);
  expect(log.measured).toEqual([{ SalesRemembered: 1, SalesIgnored: 0, RememberFailures: 1 }]);
  expect(() => throwFailures(answer)).toThrow('Cannot store sales-1 from offset 9');
});

test('sales of a forgotten user are ignored up to the moment of the erasure, and those after it are stored', async () => {
  const { recent, log, lake, run } = setUp();
  writeTombstones(lake, 1, { untilMs: AT + 5, users: ['ann', 'cleo'] });
  const answer = await run([
    { offset: 0, kafkaMs: AT },
    { offset: 1, kafkaMs: AT + 5, value: lamp('ann', { timestamp: AT + 60_000 }) },
    { offset: 2, kafkaMs: AT + 6, value: lamp('ann', { timestamp: AT - 60_000 }) },
    { offset: 3, kafkaMs: AT, value: lamp('bob') },
    { offset: 4, kafkaMs: AT, value: lamp('cleo') },
    { offset: 5, kafkaMs: AT, value: lamp('annabel') },
    { offset: 6, kafkaMs: AT, value: lamp('dora', { productId: 'ann', orderId: 'ann' }) },
  ]);
  expect(answer).toEqual({ batchItemFailures: [] });
  expect([...recent.items.values()].map(({ user, p }) => [user?.S, p?.S])).toEqual([
    ['ann', 'lamp'],
    ['bob', 'lamp'],
    ['annabel', 'lamp'],
    ['dora', 'ann'],
  ]);
  expect((await recent.ofUser('ann')).map(({ address }) => address?.kafkaMs)).toEqual([AT + 6]);
  expect(log.measured).toEqual([{ SalesRemembered: 4, SalesIgnored: 3, RememberFailures: 0 }]);
  expect(log.lines).toMatchObject([
    { message: 'Remembered', stored: 4, invalid: 0, expired: 0, forgotten: 3 },
  ]);
  expect(JSON.stringify(log.lines)).not.toMatch(/ann|cleo/);
});

test('a record without a Kafka timestamp is as old as can be: a sale of a forgotten user without one is ignored', async () => {
  const { recent, lake, run } = setUp();
  writeTombstones(lake, 1, { untilMs: AT, users: ['ann'] });
  const value = (user: string) => lamp(user, { timestamp: AT + 1000 });
  await run([
    { offset: 0, kafkaMs: -1, value: value('ann') },
    { offset: 1, kafkaMs: -1, value: value('bob') },
  ]);
  expect([...recent.items.values()].map(({ user }) => user?.S)).toEqual(['bob']);
});

test('with keyed ids, the tombstones have the hashes of pseudonyms', async () => {
  const { recent, lake, parts } = setUp();
  const ids = createPersonIds('keyed', KEY);
  writeTombstones(lake, 1, { untilMs: AT + 5, users: [KEY.pseudonym('ann')] });
  await remember(event([{ offset: 0 }, { offset: 1, value: lamp('bob') }]), { ...parts, ids });
  expect([...recent.items.values()].map(({ user }) => user?.S)).toEqual([KEY.pseudonym('bob')]);
});

test('while the tombstones cannot be read nothing is stored, and all records are delivered again', async () => {
  const { recent, log, lake, clock, run } = setUp();
  await run([{ offset: 0 }]);
  lake.fault = () => {
    throw new Error('the bucket is away');
  };
  // The copy is used for five seconds.
  clock.nowMs += 5_000;
  await run([{ offset: 1 }]);
  expect(recent.items.size).toBe(2);
  clock.nowMs += 1;
  expect(await run([{ offset: 2 }, { offset: 7, partition: 1 }])).toEqual({
    batchItemFailures: [
      { itemIdentifier: { partition: 'sales-0', offset: 2 } },
      { itemIdentifier: { partition: 'sales-1', offset: 7 } },
    ],
  });
  expect(recent.items.size).toBe(2);
  expect(log.measured.at(-1)).toMatchObject({ SalesRemembered: 0, RememberFailures: 2 });
  lake.fault = () => undefined;
  writeTombstones(lake, 1, { untilMs: AT + 10, users: ['ann'] });
  await run([{ offset: 2 }, { offset: 7, partition: 1, value: lamp('bob') }]);
  expect([...recent.items.values()].map(({ user }) => user?.S)).toEqual(['ann', 'ann', 'bob']);
});

test('an empty poll succeeds, and an event that is not from Kafka throws', async () => {
  const { run, parts } = setUp();
  expect(await run([])).toEqual({ batchItemFailures: [] });
  await expect(remember({ Records: [] }, parts)).rejects.toThrow(/^Cannot read the event: eventSource/);
});

test('a replay of the topic changes nothing: in any order, cut anywhere, delivered twice', async () => {
  const topic: Rec[] = Array.from({ length: 40 }, (_, offset) => ({
    offset,
    partition: offset % 3,
    value: offset % 11 === 5 ? 'nonsense' : lamp(`u${offset % 4}`, { quantity: 1 + (offset % 2) }),
    ...(offset % 5 === 0 ? { id: `s${offset % 10}` } : {}),
  }));
  const once = setUp();
  await once.run(topic);
  const expected = new Map([...once.recent.items].sort());
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...topic, ...topic], { minLength: 80 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      async (delivered, cuts) => {
        const { recent, run } = setUp();
        let at = 0;
        for (let cut = 0; at < delivered.length; cut++) {
          const size = cuts[cut % cuts.length] ?? 1;
          await run(delivered.slice(at, at + size));
          at += size;
        }
        expect(new Map([...recent.items].sort())).toEqual(expected);
      },
    ),
    { seed: 15, numRuns: 50 },
  );
});

test('with keyed ids the sales of a user are stored under the pseudonym, with those of order and sale', async () => {
  const { recent, log, parts } = setUp();
  const key = createPersonKey('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01');
  const keyed = { ...parts, ids: createPersonIds('keyed', key) };
  await remember(event([{ offset: 0, value: lamp('ann', { orderId: 'o1' }), id: 's1' }]), keyed);
  expect(await recent.ofUser('ann')).toEqual([]);
  expect(await recent.ofUser(key.pseudonym('ann'))).toMatchObject([
    { product: 'lamp', orderId: key.pseudonym('o1'), id: key.pseudonym('s1') },
  ]);
  expect(JSON.stringify(log.lines)).not.toContain('ann');
});

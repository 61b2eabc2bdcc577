import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remember } from '../../../lambdas/remember/remember.ts';
import { PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { sourceOf } from '../../../lambdas/shared/sales/msk-event.ts';
import { throwFailures } from '../../../lambdas/shared/sales/partial-batch.ts';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import { recordingLog } from '../log.ts';
import { memoryRecentSales } from '../memory-recent.ts';

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
  const parts = {
    recent,
    days: 90,
    log,
    parseSale: createSaleParser({}),
    ids: PLAIN_IDS,
    nowMs: () => nowMs,
  };
  return { recent, log, parts, run: (records: readonly Rec[]) => remember(event(records), parts) };
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

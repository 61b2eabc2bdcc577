import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { describe, expect, test } from 'vitest';
import { accumulate } from '../../../lambdas/accumulate/accumulate.ts';
import { INTERACTION_COLUMNS } from '../../../lambdas/shared/contract/schemas.ts';
import { createPersonIds, PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { sourceOf } from '../../../lambdas/shared/sales/msk-event.ts';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';

const ARN = 'arn:aws:kafka:us-east-1:000000000000:cluster/local/test';
const SOURCE = sourceOf(ARN);
const AT = Date.UTC(2026, 5, 1);

interface Rec {
  readonly offset: number;
  readonly value?: string | null;
  readonly partition?: number;
  /** How much later than usual for its offset the record was written, ms. */
  readonly laterMs?: number;
}

const record = ({ offset, value, partition = 0, laterMs = 0 }: Rec) => ({
  topic: 'sales',
  partition,
  offset,
  timestamp: AT + offset + laterMs,
  timestampType: 'CREATE_TIME',
  ...(value === undefined ? {} : { value: value === null ? null : Buffer.from(value).toString('base64') }),
  headers: [{ trace: [1, -2] }],
});

/** The event of a poll. */
function event(records: readonly Rec[]) {
  const byPartition: Record<string, unknown[]> = {};
  for (const rec of records) {
    const name = `sales-${rec.partition ?? 0}`;
    byPartition[name] ??= [];
    byPartition[name].push(record(rec));
  }
  return { eventSource: 'aws:kafka', eventSourceArn: ARN, bootstrapServers: 'b:9092', records: byPartition };
}

const lamp = (user: string) =>
  JSON.stringify({ userId: user, productId: 'lamp', quantity: 2, productName: 'Blue “lamp”' });

async function rowsOf(lake: MemoryLake, key: string) {
  const bytes = lake.objects.get(key)?.bytes ?? Buffer.alloc(0);
  const file = new Uint8Array(bytes).buffer;
  expect(
    parquetMetadata(file)
      .schema.slice(1)
      .map(({ name }) => name),
  ).toEqual(Object.keys(INTERACTION_COLUMNS));
  return parquetReadObjects({ file, compressors });
}

const parts = (lake: MemoryLake) => ({
  lake,
  log: recordingLog(),
  parseSale: createSaleParser({}),
  ids: PLAIN_IDS,
});

test('a poll becomes one Parquet object per partition, with offsets and count in its key', async () => {
  const lake = memoryLake();
  const answer = await accumulate(
    event([
      { offset: 7, value: lamp('ann') },
      { offset: 8, value: lamp('bob') },
      { offset: 3, partition: 1, value: lamp('eve') },
    ]),
    parts(lake),
  );
  expect(answer).toEqual({ batchItemFailures: [] });
  const [first, second] = [
    `interactions/${SOURCE}/sales/000000/00000000000000000007-00000000000000000008-00000002-${AT + 7}.parquet`,
    `interactions/${SOURCE}/sales/000001/00000000000000000003-00000000000000000003-00000001-${AT + 3}.parquet`,
  ];
  expect(lake.keys()).toEqual([first, second]);
  expect((await rowsOf(lake, first))[1]).toEqual({
    source: SOURCE,
    topic: 'sales',
    kafka_partition: 0,
    kafka_offset: 8n,
    kafka_ms: BigInt(AT + 8),
    user: 'bob',
    product: 'lamp',
    quantity: 2,
    at_ms: BigInt(AT + 8),
    type: 'purchase',
    order_id: null,
    price: null,
    product_name: 'Blue “lamp”',
    sale_id: null,
  });
});

test('records that are not sales are kept with their reason and bytes; their neighbours are stored', async () => {
  const lake = memoryLake();
  await accumulate(
    event([
      { offset: 0, value: 'nonsense' },
      { offset: 1, value: lamp('ann') },
      { offset: 2, value: null },
      { offset: 3 },
    ]),
    parts(lake),
  );
  const rejected = lake.keys('rejected/');
  expect(rejected).toEqual([
    `rejected/${SOURCE}/sales/000000/00000000000000000000-00000000000000000003-00000003-${AT}.ndjson`,
  ]);
  const lines = lake
    .text(rejected[0] ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toEqual({
    source: SOURCE,
    topic: 'sales',
    partition: 0,
    offset: 0,
    kafkaMs: AT,
    reason: 'not JSON: is "nonsense", should be a JSON object',
    key: null,
    value: Buffer.from('nonsense').toString('base64'),
  });
  expect(lines.map(({ offset, value }) => [offset, value === null])).toEqual([
    [0, false],
    [2, true],
    [3, true],
  ]);
  expect(await rowsOf(lake, lake.keys('interactions/')[0] ?? '')).toHaveLength(1);
});

test('a poll of rejected records alone writes no batch', async () => {
  const lake = memoryLake();
  await accumulate(event([{ offset: 0, value: '[]' }]), parts(lake));
  expect(lake.keys().map((key) => key.split('/')[0])).toEqual(['rejected']);
});

test('invariant 1: a storage fault alone fails its partition, from the first offset that is not stored', async () => {
  const lake = memoryLake();
  lake.fault = (operation, key) => {
    if (operation === 'create' && key.includes('/000001/')) throw new Error('503 Slow Down');
  };
  const { lake: _, ...rest } = parts(lake);
  const answer = await accumulate(
    event([
      { offset: 5, value: lamp('ann') },
      { offset: 9, partition: 1, value: 'nonsense' },
      { offset: 10, partition: 1, value: lamp('bob') },
    ]),
    { lake, ...rest },
  );
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: { partition: 'sales-1', offset: 9 } }] });
  expect(lake.keys()).toHaveLength(1);
  expect(rest.log.lines.filter(({ level }) => level === 'error')).toMatchObject([
    { partition: 'sales-1', offset: 9 },
  ]);
});

test('invariant 1: rejected records that cannot be stored fail the partition as well', async () => {
  const lake = memoryLake();
  lake.fault = (_, key) => {
    if (key.startsWith('rejected/')) throw new Error('503 Slow Down');
  };
  const answer = await accumulate(
    event([
      { offset: 1, value: lamp('ann') },
      { offset: 2, value: 'nonsense' },
    ]),
    parts(lake),
  );
  expect(answer.batchItemFailures).toEqual([{ itemIdentifier: { partition: 'sales-0', offset: 1 } }]);
});

test('invariant 2: the same poll again changes nothing, in any order and with repeated records', async () => {
  const lake = memoryLake();
  const records = Array.from({ length: 20 }, (_, offset) => ({ offset, value: lamp(`u${offset}`) }));
  await accumulate(event(records), parts(lake));
  const before = lake.keys().map((key) => lake.objects.get(key));
  await accumulate(event([...records, ...records.slice(3, 9)].reverse()), parts(lake));
  expect(lake.keys().map((key) => lake.objects.get(key))).toEqual(before);
});

test('a topic that is created again while a poll is gathered loses nothing: the same offsets are other records', async () => {
  const lake = memoryLake();
  const records = [
    { offset: 0, value: lamp('ann') },
    { offset: 1, value: lamp('bob') },
    { offset: 0, value: lamp('cid'), laterMs: 5000 },
    { offset: 1, value: lamp('dan'), laterMs: 5000 },
    { offset: 2, value: lamp('eve'), laterMs: 5000 },
  ];
  expect(await accumulate(event(records), parts(lake))).toEqual({ batchItemFailures: [] });
  const keys = lake.keys();
  expect(keys.map((key) => key.split('/').at(-1))).toEqual([
    `00000000000000000000-00000000000000000001-00000002-${AT}.parquet`,
    `00000000000000000000-00000000000000000002-00000003-${AT + 5000}.parquet`,
  ]);
  const users = await Promise.all(keys.map(async (key) => (await rowsOf(lake, key)).map(({ user }) => user)));
  expect(users).toEqual([
    ['ann', 'bob'],
    ['cid', 'dan', 'eve'],
  ]);

  const faulty = memoryLake();
  faulty.fault = (_, key) => {
    if (key.includes(`-${AT + 5000}.`)) throw new Error('503 Slow Down');
  };
  expect(await accumulate(event(records), parts(faulty))).toEqual({
    batchItemFailures: [{ itemIdentifier: { partition: 'sales-0', offset: 0 } }],
  });
});

test('invariant 1: if a poll of a topic and of the one created again fails, the lowest offset of both is delivered again', async () => {
  const lake = memoryLake();
  lake.fault = () => {
    throw new Error('503 Slow Down');
  };
  const { lake: _, ...rest } = parts(lake);
  const records = [
    { offset: 900, value: lamp('ann') },
    { offset: 0, value: lamp('bob'), laterMs: 5000 },
    { offset: 1, value: lamp('cid'), laterMs: 5000 },
  ];
  expect(await accumulate(event(records), { lake, ...rest })).toEqual({
    batchItemFailures: [{ itemIdentifier: { partition: 'sales-0', offset: 0 } }],
  });
  expect(rest.log.lines).toMatchObject([{ level: 'error', offset: 0 }]);
});

test('the id of a sale, in the header of its record, is stored with it; one that cannot be read is counted as left out', async () => {
  const { lake, log, ...rest } = parts(memoryLake());
  const headers = [[{ id: [115, 49] }], [], [{ id: [-1] }]];
  const poll = event(headers.map((_, offset) => ({ offset, value: lamp('ann') })));
  for (const [offset, record] of (poll.records['sales-0'] ?? []).entries())
    Object.assign(record as object, { headers: headers[offset] });
  await accumulate(poll, { lake, log, ...rest });
  const rows = await rowsOf(lake, lake.keys()[0] ?? '');
  expect(rows.map(({ sale_id }) => sale_id)).toEqual(['s1', null, null]);
  expect(log.measured).toEqual([{ SalesStored: 3, SalesRejected: 0, FieldsLeftOut: 1, LooksPersonal: 0 }]);
  expect(log.lines).toMatchObject([{ leftOut: { id: 1 } }]);
});

test('10,000 records, and records of 1 MB, are stored', async () => {
  const lake = memoryLake();
  const many = Array.from({ length: 10_000 }, (_, offset) => ({ offset, value: lamp(`u${offset % 50}`) }));
  const large = {
    offset: 10_000,
    value: JSON.stringify({ userId: 'ann', productId: 'lamp', note: 'x'.repeat(1_000_000) }),
  };
  expect(await accumulate(event([...many, large]), parts(lake))).toEqual({ batchItemFailures: [] });
  expect(await rowsOf(lake, lake.keys()[0] ?? '')).toHaveLength(10_001);
});

test('the log contains no value of a record', async () => {
  const { lake, log, ...rest } = parts(memoryLake());
  await accumulate(
    event([
      { offset: 0, value: '{"userId":"secret-user"}' },
      { offset: 1, value: lamp('secret-user') },
    ]),
    { lake, log, ...rest },
  );
  expect(JSON.stringify(log.lines)).not.toContain('secret-user');
});

test('fields that sales are stored without are counted by field, in the log and as a metric', async () => {
  const { lake, log, ...rest } = parts(memoryLake());
  const sale = { userId: 'ann', productId: 'lamp' };
  const values = [{ ...sale, price: 'nan', orderId: {} }, { ...sale, price: '£3' }, sale];
  const records = values.map((value, offset) => ({ offset, value: JSON.stringify(value) }));
  await accumulate(event(records), { lake, log, ...rest });
  expect(log.lines).toMatchObject([{ stored: 3, rejected: 0, leftOut: { price: 2, orderId: 1 } }]);
  expect(log.measured).toEqual([{ SalesStored: 3, SalesRejected: 0, FieldsLeftOut: 3, LooksPersonal: 0 }]);
  await accumulate(event([{ offset: 3, value: lamp('ann') }]), { lake, log, ...rest });
  expect(log.lines[1]).not.toHaveProperty('leftOut');
});

test('an event that is not from Kafka throws, with the wrong field named', async () => {
  await expect(accumulate({ Records: [] }, parts(memoryLake()))).rejects.toThrow(
    /^Cannot read the event: eventSource/,
  );
  const strange = {
    eventSource: 'aws:kafka',
    eventSourceArn: ARN,
    records: { 'sales-0': [{ topic: 'sales' }] },
  };
  await expect(accumulate(strange, parts(memoryLake()))).rejects.toThrow(
    'record sales-0[0] has no topic, partition, offset and timestamp',
  );
});

test('an empty poll succeeds', async () => {
  const lake = memoryLake();
  expect(await accumulate(event([]), parts(lake))).toEqual({ batchItemFailures: [] });
  expect(lake.keys()).toEqual([]);
});

describe('with keyed ids', () => {
  const key = createPersonKey('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01');
  const keyed = (lake: MemoryLake) => ({ ...parts(lake), ids: createPersonIds('keyed', key) });

  test('pseudonyms of user, order and sale are stored, in the places of the ids, under the same key', async () => {
    const [plain, lake] = [memoryLake(), memoryLake()];
    const poll = event([
      { offset: 0, value: '{"userId":"ann","productId":"lamp","orderId":"o-1"}' },
      { offset: 1, value: '{"userId":"ann","productId":"desk"}' },
    ]);
    Object.assign((poll.records['sales-0'] ?? [])[0] as object, { headers: [{ id: [115, 49] }] });
    await accumulate(poll, parts(plain));
    await accumulate(poll, keyed(lake));
    expect(lake.keys()).toEqual(plain.keys());
    const [before = [], after = []] = await Promise.all([
      rowsOf(plain, plain.keys()[0] ?? ''),
      rowsOf(lake, lake.keys()[0] ?? ''),
    ]);
    expect(before).toMatchObject([
      { user: 'ann', order_id: 'o-1', sale_id: 's1' },
      { user: 'ann', order_id: null, sale_id: null },
    ]);
    expect(after).toEqual([
      {
        ...before[0],
        user: key.pseudonym('ann'),
        order_id: key.pseudonym('o-1'),
        sale_id: key.pseudonym('s1'),
      },
      { ...before[1], user: key.pseudonym('ann') },
    ]);
  });

  test('of a rejected record only address, reason, size and keyed hash are kept', async () => {
    const lake = memoryLake();
    const value = '{"userId":"ann@example.com"}';
    const poll = event([{ offset: 0, value }, { offset: 1, value: null }, { offset: 2 }]);
    Object.assign((poll.records['sales-0'] ?? [])[0] as object, {
      key: Buffer.from('ann').toString('base64'),
    });
    await accumulate(poll, keyed(lake));
    const lines = lake
      .text(lake.keys()[0] ?? '')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        source: SOURCE,
        topic: 'sales',
        partition: 0,
        offset: 0,
        kafkaMs: AT,
        reason: expect.stringMatching(/^productId: is missing/),
        sizeBytes: 28,
        hash: key.hashOf(Buffer.from(value)),
      },
      expect.objectContaining({ offset: 1, sizeBytes: null, hash: null }),
      expect.objectContaining({ offset: 2, sizeBytes: null, hash: null }),
    ]);
  });

  test('no id of a person is in any object, key or line of the log', async () => {
    const [lake, log] = [memoryLake(), recordingLog()];
    const values = [
      { userId: 'ann-of-secret', productId: 'lamp', orderId: 'order-of-secret' },
      { userId: 'ann-of-secret' },
      { userId: 'ann-of-secret', productId: 'lamp', quantity: 'of-secret' },
    ];
    const records = values.map((value, offset) => ({ offset, value: JSON.stringify(value) }));
    await accumulate(event(records), { ...keyed(lake), parseSale: createSaleParser({}), log });
    const rows = await rowsOf(lake, lake.keys('interactions/')[0] ?? '');
    const text = (value: unknown): string =>
      JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner));
    expect(rows).toHaveLength(1);
    expect(text([rows, lake.keys(), log.lines, log.measured])).not.toContain('of-secret');
  });

  test('invariant 2: the same poll again changes nothing', async () => {
    const lake = memoryLake();
    const records = [
      { offset: 0, value: lamp('ann') },
      { offset: 1, value: 'nonsense' },
    ];
    await accumulate(event(records), keyed(lake));
    const before = lake.keys().map((name) => lake.text(name));
    await accumulate(event(records), keyed(lake));
    expect(lake.keys().map((name) => lake.text(name))).toEqual(before);
  });
});

import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, test } from 'vitest';
import { accumulate } from '../../../lambdas/accumulate/accumulate.ts';
import { createPersonIds, PLAIN_IDS } from '../../../lambdas/shared/privacy/person-ids.ts';
import { createPersonKey } from '../../../lambdas/shared/privacy/person-key.ts';
import { PLAIN_PRIVACY, type Privacy } from '../../../lambdas/shared/privacy/settings.ts';
import { createSaleParser } from '../../../lambdas/shared/sales/sale.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';

const key = createPersonKey('k'.repeat(32));

interface Record {
  readonly value: string | Buffer;
  readonly key?: string;
  readonly id?: string;
}

/** Stores records, and returns the lake, the log, and the lines of rejected records. */
async function store(records: readonly Record[], privacy: Privacy) {
  const [lake, log] = [memoryLake(), recordingLog()];
  const polled = records.map(({ value, key, id }, offset) => ({
    ...{ topic: 'sales', partition: 0, offset, timestamp: Date.UTC(2026, 5, 1) },
    value: Buffer.from(value).toString('base64'),
    ...(key === undefined ? {} : { key: Buffer.from(key).toString('base64') }),
    headers: id === undefined ? [] : [{ id: [...Buffer.from(id)] }],
  }));
  const event = { eventSource: 'aws:kafka', eventSourceArn: 'arn', records: { 'sales-0': polled } };
  const ids = createPersonIds(privacy.userIds, key);
  await accumulate(event, { lake, log, ids, parseSale: createSaleParser({}, privacy) });
  const [rejects] = lake.keys('rejected/');
  const lines =
    rejects === undefined
      ? []
      : lake
          .text(rejects)
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
  return { lake, log, lines };
}

async function rowsOf(lake: MemoryLake) {
  const bytes = lake.objects.get(lake.keys('interactions/')[0] ?? '')?.bytes ?? Buffer.alloc(0);
  return parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors });
}

const decoded = (base64: string | null): string | null => base64 && Buffer.from(base64, 'base64').toString();

const sale = { userId: 'ann', productId: 'lamp' };
const PERSONAL = [
  { value: JSON.stringify({ ...sale, userId: 'ann@example.com', productName: 'call +49 171 1234567' }) },
  { value: JSON.stringify({ ...sale, userId: 'bob@example.com' }), id: '4111 1111 1111 1111' },
  { value: JSON.stringify(sale), key: 'ann@example.com' },
];

test('sales that look personal are stored as they came, and counted: the sales as a metric, the fields in the log', async () => {
  const { lake, log } = await store(PERSONAL, PLAIN_PRIVACY);
  expect(
    (await rowsOf(lake)).map(({ user, product_name, sale_id }) => [user, product_name, sale_id]),
  ).toEqual([
    ['ann@example.com', 'call +49 171 1234567', null],
    ['bob@example.com', null, '4111 1111 1111 1111'],
    ['ann', null, null],
  ]);
  expect(log.measured).toEqual([{ SalesStored: 3, SalesRejected: 0, FieldsLeftOut: 0, LooksPersonal: 2 }]);
  expect(log.lines).toMatchObject([
    { looksPersonal: { 'userId email': 2, 'productName phone': 1, 'id card': 1 } },
  ]);
  expect(JSON.stringify(log.lines)).not.toMatch(/example|171|4111/);
});

test('with refusePersonal they are rejected, counted alike, and their keys and values are kept masked', async () => {
  const { lake, log, lines } = await store(
    [
      { ...PERSONAL[0], value: PERSONAL[0]?.value ?? '', key: '{"id":4111111111111111}' },
      { value: JSON.stringify(sale), key: 'ann@example.com' },
      { value: '{"userId":"ann\\u0040example.com"', key: 'ann' },
      { value: Buffer.from('ann@example.com', 'utf16le'), key: '+49 171 1234567' },
    ],
    { userIds: 'plain', refusePersonal: true },
  );
  expect((await rowsOf(lake)).map(({ user }) => user)).toEqual(['ann']);
  expect(
    lines.map(({ reason, key, value, sizeBytes }) => [reason, decoded(key), decoded(value), sizeBytes]),
  ).toEqual([
    [
      'userId: looks like an e-mail address, should be without personal data',
      '{"id":"***"}',
      '{"userId":"***","productId":"lamp","productName":"call ***"}',
      undefined,
    ],
    [expect.stringContaining('not JSON: is '), 'ann', '{"userId":"***"', undefined],
    [expect.stringContaining('not JSON: is '), '***', null, 30],
  ]);
  expect(log.measured).toMatchObject([{ SalesStored: 1, SalesRejected: 3, LooksPersonal: 1 }]);
  expect(log.lines).toMatchObject([{ looksPersonal: { 'userId email': 1, 'productName phone': 1 } }]);
});

test('if ids are keyed, only ids of products count; names are masked, and rejected records have neither key nor value', async () => {
  const { lake, log, lines } = await store(
    [
      ...PERSONAL,
      { value: JSON.stringify({ ...sale, productId: 'ann@example.com' }) },
      { value: 'ann@example.com' },
    ],
    { userIds: 'keyed', refusePersonal: false },
  );
  const [first, second] = await rowsOf(lake);
  expect(first).toMatchObject({ user: key.pseudonym('ann@example.com'), product_name: 'call ***' });
  expect(second).toMatchObject({ sale_id: key.pseudonym('4111 1111 1111 1111') });
  expect(log.measured).toMatchObject([{ LooksPersonal: 1 }]);
  expect(log.lines).toMatchObject([{ looksPersonal: { 'productId email': 1 } }]);
  expect(lines).toMatchObject([
    { reason: 'not JSON: is 15 characters, should be a JSON object', sizeBytes: 15 },
  ]);
  expect(lines[0]).not.toHaveProperty('key');
  expect(lines[0]).not.toHaveProperty('value');
});

test('without refusePersonal, rejected records are kept as they came', async () => {
  expect(PLAIN_IDS.mode).toBe('plain');
  const { lines } = await store([{ value: 'ann@example.com', key: 'ann@example.com' }], PLAIN_PRIVACY);
  expect(lines.map(({ key, value }) => [decoded(key), decoded(value)])).toEqual([
    ['ann@example.com', 'ann@example.com'],
  ]);
});

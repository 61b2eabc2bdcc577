import { expect, test, vi } from 'vitest';
import { rejectedKey } from '../../../lambdas/shared/contract/keys.ts';
import { describeRejects } from '../../../local/commands/rejected.ts';
import { listRejects } from '../../../local/results/rejects.ts';
import { memoryLake } from '../../lake.ts';

const reject = (offset: number, reason: string, value: string | null) => ({
  source: '0a1b2c3d',
  topic: 'sales',
  partition: 1,
  offset,
  kafkaMs: 0,
  reason,
  value: value === null ? null : Buffer.from(value).toString('base64'),
});
const REJECTS = [
  reject(3, 'not JSON: is "x", should be a JSON object', 'x\u001b[2J'),
  reject(5, 'quantity: is 0, should be a finite number other than 0', '{"quantity":0}'),
  reject(6, 'quantity: is 0, should be a finite number other than 0', `{"n":"${'y'.repeat(500)}"}`),
  reject(8, 'no value: is a tombstone, should be a JSON object', null),
];

/** The records as they are listed, and how many of them are read. */
function listed() {
  const read: number[] = [];
  const newestFirst = (async function* () {
    for (const line of REJECTS) {
      read.push(line.offset);
      yield line;
    }
  })();
  return { read, rejects: { total: 7, newestFirst } };
}

test('rejected records are shown with address, reason and content; then the counts by kind', async () => {
  const lines = await describeRejects(listed().rejects, { kind: undefined, count: 20 });
  expect(lines.slice(0, 4)).toEqual([
    'not JSON: is "x", should be a JSON object (sales-1, offset 3)',
    '  x',
    'quantity: is 0, should be a finite number other than 0 (sales-1, offset 5)',
    '  {"quantity":0}',
  ]);
  expect(lines.slice(-2)).toEqual([
    '  a tombstone',
    '4 records of 7 rejected records, newest first; read: quantity 2, not JSON 1, no value 1',
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(310);
});

test('one kind, and no more records are read than wanted', async () => {
  const { read, rejects } = listed();
  expect(await describeRejects(rejects, { kind: 'quantity', count: 1 })).toEqual([
    'quantity: is 0, should be a finite number other than 0 (sales-1, offset 5)',
    '  {"quantity":0}',
    '1 record of kind quantity of 7 rejected records, newest first; read: not JSON 1, quantity 1',
  ]);
  expect(read).toEqual([3, 5]);
  expect(await describeRejects(listed().rejects, { kind: 'price', count: 1 })).toEqual([
    '0 records of kind price of 7 rejected records, newest first; read: quantity 2, not JSON 1, no value 1',
  ]);
  const none = await listRejects(memoryLake());
  expect(await describeRejects(none, { kind: undefined, count: 20 })).toEqual([
    '0 records of 0 rejected records, newest first',
  ]);
});

test('a record whose bytes are not kept is shown with their size, and with their keyed hash if there is one', async () => {
  const lines = [
    {
      ...reject(1, 'not JSON: is 7 characters, should be a JSON object', null),
      sizeBytes: 7,
      hash: 'ab'.repeat(32),
    },
    { ...reject(2, 'not UTF-8: should be a JSON object in UTF-8', null), key: null, sizeBytes: 1 },
    { ...reject(3, 'no value: is a tombstone, should be a JSON object', null), sizeBytes: null, hash: null },
    reject(4, 'userId: looks like an e-mail address, should be without personal data', '{"userId":"***"}'),
  ].map(({ value, ...line }) => (value === null ? line : { ...line, value }));
  const lake = memoryLake();
  await lake.create(
    rejectedKey({
      ...{ source: '0a1b2c3d', topic: 'sales', partition: 1 },
      first: 1,
      last: 4,
      count: 4,
      firstMs: 0,
    }),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    'text/plain',
  );
  const shown = await describeRejects(await listRejects(lake), { kind: undefined, count: 20 });
  expect(shown.filter((line) => line.startsWith('  '))).toEqual([
    '  {"userId":"***"}',
    '  a tombstone',
    '  1 byte, not kept',
    `  7 bytes, not kept; keyed hash ${'ab'.repeat(32)}`,
  ]);
});

test('objects are read newest first, one by one, and their number of records is in the keys', async () => {
  const lake = memoryLake();
  const write = (first: number, firstMs: number, offsets: readonly number[]) =>
    lake.create(
      rejectedKey({
        source: '0a1b2c3d',
        topic: 'sales',
        partition: 1,
        first,
        last: first + 9,
        count: offsets.length,
        firstMs,
      }),
      offsets.map((offset) => `${JSON.stringify(reject(offset, 'x', null))}\n`).join(''),
      'text/plain',
    );
  await write(0, 1, [1, 2]);
  await write(10, 3, [10, 12]);
  // An overlapping delivery.
  await write(5, 2, [10, 7]);
  const read = vi.spyOn(lake, 'read');
  const { total, newestFirst } = await listRejects(lake);
  expect(total).toBe(6);
  const offsets: number[] = [];
  for await (const { offset } of newestFirst) {
    offsets.push(offset);
    if (offsets.length === 3) break;
  }
  expect(offsets).toEqual([12, 10, 7]);
  expect(read).toHaveBeenCalledTimes(2);
});

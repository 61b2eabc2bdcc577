import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, test } from 'vitest';
import { type Batch, planBatches } from '../../../../lambdas/accumulate/batches.ts';
import { toParquet } from '../../../../lambdas/accumulate/parquet.ts';
import { parquetRows } from '../../../../lambdas/forget/files/parquet.ts';
import { TABLES } from '../../../../lambdas/forget/files/tables.ts';
import { interactionsKey } from '../../../../lambdas/shared/contract/keys.ts';
import { PLAIN_IDS } from '../../../../lambdas/shared/privacy/person-ids.ts';
import { createSaleParser } from '../../../../lambdas/shared/sales/sale.ts';
import { changedBytes, erasing } from './erasing.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
const rowsOf = (bytes: Uint8Array): Promise<Record<string, unknown>[]> =>
  parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors });

const key = interactionsKey({
  source: '0a1b2c3d',
  topic: 'sales',
  partition: 0,
  first: 0,
  last: 9,
  count: 10,
  firstMs: 1,
});
const kind = TABLES.find(({ matches }) => matches(key));
const rewrite = async (bytes: Uint8Array, ...erased: Parameters<typeof erasing>) => {
  if (!kind) throw new Error('There is no kind of interactions');
  return kind.rewrite(bytes, erasing(...erased), { key });
};

const USERS = ['1', '11', 'a,b"c', 'ü', 'x&<\ny', '😀', '1', 'lamp'];

/** A batch with sales of the users, one a second; every second one has an order, a price and a name. */
const batchOf = (users: readonly string[]): Batch => {
  const records = users.map((userId, at) => ({
    topic: 'sales',
    partition: 0,
    offset: at,
    timestamp: 1_700_000_000_000 + 1000 * at,
    value: Buffer.from(
      JSON.stringify({
        userId,
        productId: at % 3 === 0 ? 'lamp' : '1',
        quantity: at % 2 === 0 ? 0.5 : -1,
        ...(at % 2 === 0 && { orderId: `order ${at}`, price: at, productName: 'Lamp' }),
      }),
    ).toString('base64'),
    headers: [],
  }));
  const [batch] = planBatches(
    { source: '0a1b2c3d', partitions: new Map([['sales-0', records]]) },
    createSaleParser({}),
    PLAIN_IDS,
  );
  if (!batch) throw new Error('There is no batch');
  return batch;
};

const without = (batch: Batch, isOut: (user: string, kafkaMs: number) => boolean): Batch => ({
  ...batch,
  sales: batch.sales.filter(({ sale, kafkaMs }) => !isOut(sale.user, kafkaMs)),
});

test.each([...new Set(USERS)])(
  'a batch without user %j has the bytes that accumulate would have written',
  async (user) => {
    const batch = batchOf(USERS);
    const rewritten = await rewrite(toParquet(batch), [user]);
    expect(changedBytes(rewritten)).toEqual(Buffer.from(toParquet(without(batch, (each) => each === user))));
    expect(rewritten).toMatchObject({ removedRows: USERS.filter((each) => each === user).length });
  },
);

test('a large batch too, in which columns have dictionaries', async () => {
  const batch = batchOf(Array.from({ length: 3000 }, (_, at) => String(at % 100)));
  expect(changedBytes(await rewrite(toParquet(batch), ['1', '7']))).toEqual(
    Buffer.from(toParquet(without(batch, (user) => user === '1' || user === '7'))),
  );
});

test('later sales of the same user stay', async () => {
  const batch = batchOf(USERS);
  const untilMs = 1_700_000_000_000;
  expect(changedBytes(await rewrite(toParquet(batch), ['1'], untilMs))).toEqual(
    Buffer.from(toParquet(without(batch, (user, kafkaMs) => user === '1' && kafkaMs <= untilMs))),
  );
});

test('a batch without the user is unchanged; so is one that was rewritten', async () => {
  const batch = toParquet(batchOf(USERS));
  expect(await rewrite(batch, ['2'])).toEqual({ changed: false });
  expect(await rewrite(changedBytes(await rewrite(batch, ['1'])), ['1'])).toEqual({ changed: false });
});

test('a batch of which nothing is left is a Parquet file with its columns and without rows', async () => {
  const bytes = toParquet(batchOf(['1', '1']));
  const empty = changedBytes(await rewrite(bytes, ['1']));
  expect(await rowsOf(empty)).toEqual([]);
  expect(parquetRows(empty)).toBe(0);
  expect(parquetMetadata(new Uint8Array(empty).buffer).schema).toEqual(
    parquetMetadata(new Uint8Array(bytes).buffer).schema,
  );
  expect(await rewrite(empty, ['1'])).toEqual({ changed: false });
});

test('a batch of version 0.2, which has no sale ids, keeps its columns', async () => {
  const bytes = readFileSync(join(FIXTURES, 'interactions-before-ids.parquet'));
  const rows = await rowsOf(bytes);
  const user = String(rows[0]?.user);
  const rewritten = changedBytes(await rewrite(bytes, [user]));
  expect(await rowsOf(rewritten)).toEqual(rows.filter((row) => row.user !== user));
  expect(parquetMetadata(new Uint8Array(rewritten).buffer).schema).toEqual(
    parquetMetadata(new Uint8Array(bytes).buffer).schema,
  );
});

test('bytes that are not Parquet are refused', async () => {
  await expect(rewrite(Buffer.from('no parquet file'), ['1'])).rejects.toThrow('parquet');
});

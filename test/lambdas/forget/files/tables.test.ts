import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { createFileKinds, kindOf } from '../../../../lambdas/forget/files/registry.ts';
import { changedBytes, erasing } from './erasing.ts';

const KINDS = createFileKinds({});
const RUN = 'runs/00000001/00000001/';

async function rewrite(name: string, bytes: Uint8Array, ...users: readonly string[]) {
  const kind = kindOf(KINDS, RUN + name);
  if (!kind) throw new Error(`${name} has no kind`);
  return kind.rewrite(bytes, erasing(users), { key: RUN + name });
}

/** Columns that name users, as [column, values of the rows, values without user 1]. */
const TABLES = [
  ['recommendations', 'recommendations/part', ['user'], [['1'], ['1'], ['11'], ['u:1']], [['11'], ['u:1']]],
  ['model/users', 'model/users', ['user'], [['1'], ['11']], [['11']]],
  ['graph/vertices', 'graph/vertices', ['id'], [['p:1'], ['u:1'], ['u:11']], [['p:1'], ['u:11']]],
  [
    'graph/edges',
    'graph/edges',
    ['source', 'target'],
    [
      ['u:1', 'p:1'],
      ['u:11', 'p:1'],
      ['p:1', 'p:11'],
      ['p:2', 'u:1'],
    ],
    [
      ['u:11', 'p:1'],
      ['p:1', 'p:11'],
    ],
  ],
] as const;

const textOf = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  `${[columns, ...rows].map((row) => `${row.join(',')}\n`).join('')}`;

test.each(TABLES.filter(([name]) => name !== 'model/users'))(
  '%s as CSV loses the rows of the user alone',
  async (name, _, columns, rows, left) => {
    const bytes = Buffer.from(textOf(columns, rows));
    const rewritten = await rewrite(`${name}.csv`, bytes, '1');
    expect(changedBytes(rewritten).toString()).toBe(textOf(columns, left));
    expect(rewritten).toMatchObject({ removedRows: rows.length - left.length });
    expect(await rewrite(`${name}.csv`, bytes, '2')).toEqual({ changed: false });
  },
);

test.each(TABLES)('%s as Parquet loses the rows of the user alone', async (_, name, columns, rows, left) => {
  const columnData = columns.map((column, at) => ({
    name: column,
    type: 'STRING' as const,
    nullable: false,
    data: rows.map((row) => row[at]),
  }));
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 }));
  const rewritten = changedBytes(await rewrite(`${name}-00000.parquet`, bytes, '1'));
  const found = await parquetReadObjects({ file: new Uint8Array(rewritten).buffer });
  expect(found.map((row) => columns.map((column) => row[column]))).toEqual(left);
  expect(await rewrite(`${name}-00000.parquet`, bytes, '2')).toEqual({ changed: false });
});

test('a row group whose least and greatest user exclude all users is not decoded', async () => {
  const data = ['b', 'c', 'd'];
  const bytes = new Uint8Array(
    parquetWriteBuffer({ columnData: [{ name: 'user', type: 'STRING', nullable: false, data }] }),
  );
  // Damaged where the values are.
  bytes.fill(0xff, 4, 12);
  expect(await rewrite('model/users-00000.parquet', bytes, 'a', 'e')).toEqual({ changed: false });
  await expect(rewrite('model/users-00000.parquet', bytes, 'c')).rejects.toThrow();
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { shortestAfter } from '../../../../lambdas/forget/files/block-index.ts';
import {
  blockRows,
  HISTORIES,
  mayHoldBlocks,
  placesOf,
  rewriteBlocks,
} from '../../../../lambdas/forget/files/blocks.ts';
import { AnswerModel } from '../../../../lambdas/shared/contract/answer-model.ts';
import type { BlockTable } from '../../../../lambdas/shared/web/block-table.ts';
import { separator } from '../../separator.ts';
import { erasing } from './erasing.ts';
import { madeRun, TableRun } from './table-run.ts';

const PARTS = [
  [
    ['1', '10', '100'],
    ['11', '110', '12'],
    ['alice@x.example', 'alice@y.example', 'bob'],
  ],
  [['carol'], ['dan', 'erin'], ['erl', 'ern'], ['ü', '😀1', '😀2']],
];
const KEYS = PARTS.flat(2);

const rowsOf = async (table: BlockTable<unknown>, keys: readonly string[]) =>
  Promise.all(keys.map(async (key) => (await table.get(key))?.value));

describe.each([
  ['the first user of all', ['1']],
  ['a user within a block', ['10']],
  ['the first user of a block', ['11']],
  ['a user whose beginning is in the index', ['alice@x.example']],
  ['all users of a block', ['11', '110', '12']],
  ['the only user of the first block of a file', ['carol']],
  ['the last block', ['ü', '😀1', '😀2']],
  ['a block that the next one begins like', ['dan', 'erin']],
  ['a block and the first user of the next one', ['dan', 'erin', 'erl']],
  ['two blocks in a row', ['carol', 'dan', 'erin']],
  ['two blocks at the end', ['erl', 'ern', 'ü', '😀1', '😀2']],
  ['the first block', ['1', '10', '100']],
  ['the end of a file', ['alice@x.example', 'alice@y.example', 'bob', '12']],
  ['all users', KEYS],
])('without %s', (_who, users) => {
  const left = KEYS.filter((key) => !users.includes(key));

  test('the others are found with the old index and with the new one, in any order of the changes', async () => {
    const before = madeRun(PARTS);
    const [oldTable, values] = [before.table, await rowsOf(before.reader(), left)];
    const after = madeRun(PARTS);
    await after.erase(erasing(users));
    const indexFirst = madeRun(PARTS);
    await indexFirst.eraseInIndex(erasing(users));
    for (const table of [
      after.reader(),
      after.reader(oldTable),
      indexFirst.reader(),
      before.reader(after.table),
    ]) {
      expect(await rowsOf(table, left)).toEqual(values);
    }
    for (const table of [after.reader(), after.reader(oldTable)]) {
      expect(await rowsOf(table, users)).toEqual(users.map(() => undefined));
      expect((await table.beginningWith('', 100)).map(({ key }) => key)).toEqual(left);
    }
  });

  test('users are found in older versions of the files after the index was rewritten', async () => {
    const [before, after] = [madeRun(PARTS), madeRun(PARTS)];
    await after.erase(erasing(users));
    for (const [name, bytes] of before.objects) {
      if (!name.endsWith('.gz')) continue;
      const withOldIndex = { name, run: madeRun(PARTS), kind: HISTORIES };
      const withNewIndex = { name, run: new TableRun(after.objects), kind: HISTORIES };
      const expected = await rewriteBlocks(bytes, erasing(users), withOldIndex);
      expect(await rewriteBlocks(bytes, erasing(users), withNewIndex)).toEqual(expected);
      if (expected.changed) expect(await mayHoldBlocks(name, erasing(users), withNewIndex)).toBe(true);
      const withoutIndex = { name, run: new TableRun([[name, bytes]]), kind: HISTORIES };
      expect(await rewriteBlocks(bytes, erasing(users), withoutIndex)).toEqual(expected);
    }
  });

  test('no file has the user, lengths and places stay, and a second time changes nothing', async () => {
    const [before, after] = [madeRun(PARTS), madeRun(PARTS)];
    await after.erase(erasing(users));
    expect(after.table.map(({ file, sizes }) => ({ file, sizes }))).toEqual(
      before.table.map(({ file, sizes }) => ({ file, sizes })),
    );
    for (const [name, bytes] of after.objects) {
      if (name.endsWith('.gz')) {
        expect(bytes.length).toBe(before.objects.get(name)?.length);
        const text = gunzipSync(bytes).toString();
        for (const user of users) expect(text).not.toContain(`sale of ${user}"`);
      }
    }
    const starts = placesOf(after.table).map(({ from }) => from);
    expect(starts.toSorted()).toEqual(starts);
    for (const user of users)
      for (const start of starts.filter((each) => user.startsWith(each)))
        expect(left.some((key) => key.startsWith(start))).toBe(true);
    const again = new TableRun(after.objects);
    await again.erase(erasing(users));
    expect([...again.objects]).toEqual([...after.objects]);
  });
});

test('users who leave one after another leave nothing in the index, and the others are found', async () => {
  const run = madeRun(PARTS);
  const left = new Set(KEYS);
  const values = new Map(
    await Promise.all(KEYS.map(async (key) => [key, (await run.reader().get(key))?.value] as const)),
  );
  for (const user of [...PARTS.flat(2)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    await run.erase(erasing([user]));
    left.delete(user);
    const starts = placesOf(run.table).map(({ from }) => from);
    expect(starts.toSorted()).toEqual(starts);
    for (const start of starts)
      if (start !== '\uffff') expect([...left].some((key) => key.startsWith(start))).toBe(true);
    for (const key of left) expect((await run.reader().get(key))?.value).toEqual(values.get(key));
  }
});

test('a block that became empty is searched, although the next one begins like it', async () => {
  const parts = [[['carol'], ['erin'], ['erl', 'ern']]];
  const [before, after] = [madeRun(parts), madeRun(parts)];
  const erased = erasing(['erin', 'erl']);
  await after.erase(erased);
  expect(after.table[0]?.from).toEqual(['carol', 'e', 'e']);
  const name = 'model/histories-00000.json.gz';
  const old = before.objects.get(name) ?? Buffer.alloc(0);
  const run = new TableRun(after.objects);
  expect(await rewriteBlocks(old, erased, { name, run, kind: HISTORIES })).toMatchObject({ removedRows: 2 });
});

test('a block begins with as little of its first user as the job would write', async () => {
  const run = madeRun(PARTS);
  await run.erase(erasing(['11', 'alice@x.example', 'carol']));
  expect(run.table.map(({ from }) => from)).toEqual([
    ['1', '11', 'a'],
    ['d', 'd', 'erl', 'ü'],
  ]);
});

test('blocks without the user keep their bytes, and files without the user are not read', async () => {
  const run = madeRun(PARTS);
  const [name, other] = ['model/histories-00000.json.gz', 'model/histories-00001.json.gz'];
  const before = run.objects.get(name) ?? Buffer.alloc(0);
  const rewritten = await rewriteBlocks(before, erasing(['110']), { name, run, kind: HISTORIES });
  const [first, second] = placesOf(run.table);
  if (!rewritten.changed || !rewritten.bytes || !first || !second)
    throw new Error('The file was not changed');
  expect(rewritten.removedRows).toBe(1);
  const bytes = Buffer.from(rewritten.bytes);
  expect(bytes.subarray(0, second.offset)).toEqual(before.subarray(0, second.offset));
  const end = second.offset + second.sizeBytes;
  expect(bytes.subarray(end)).toEqual(before.subarray(end));
  const context = { run, kind: HISTORIES };
  expect(await mayHoldBlocks(name, erasing(['110']), context)).toBe(true);
  expect(await mayHoldBlocks(other, erasing(['110']), context)).toBe(false);
  expect(blockRows(before)).toBe(9);
  expect(blockRows(bytes)).toBe(8);
});

test('names of products that no other user of the block mentions are left out', async () => {
  const row = (user: string, product: string) => [
    user,
    { history: [{ product }], any: [{ product: 'lamp', because: [] }], new: [] },
  ];
  const block = gzipSync(
    `${JSON.stringify({
      names: [
        ['bed', 'Bed'],
        ['lamp', 'Lamp'],
        ['sofa', 'Sofa'],
      ],
      rows: [row('ann', 'bed'), row('bob', 'sofa')],
    })}\n`,
  );
  const run = new TableRun([
    ['x', block],
    [
      HISTORIES.index,
      Buffer.from(JSON.stringify({ histories: [{ file: 'x', from: ['ann'], sizes: [block.length] }] })),
    ],
  ]);
  await run.erase(erasing(['ann']));
  expect(JSON.parse(gunzipSync(run.objects.get('x') ?? Buffer.alloc(0)).toString())).toEqual({
    names: [
      ['lamp', 'Lamp'],
      ['sofa', 'Sofa'],
    ],
    rows: [row('bob', 'sofa')],
  });
});

describe('blocks that the job wrote', () => {
  const folder = join(import.meta.dirname, '../../../fixtures/answer');
  const document = readFileSync(join(folder, HISTORIES.index));
  const { histories } = AnswerModel.parse(JSON.parse(document.toString()));
  const run = (): TableRun =>
    new TableRun([
      [HISTORIES.index, document],
      ...histories.map(({ file }) => [file, readFileSync(join(folder, file))] as const),
    ]);
  const keysOf = async (table: BlockTable<unknown>) =>
    (await table.beginningWith('', 1000)).map(({ key, value }) => [key, value] as const);

  test('fit into their places without any one of many users, and the rows of the others are the same', async () => {
    const rows = await keysOf(run().reader());
    for (const [user] of rows.filter((_, at) => at % 5 === 0)) {
      const rewritten = run();
      await rewritten.erase(erasing([user]));
      expect(await keysOf(rewritten.reader())).toEqual(rows.filter(([key]) => key !== user));
    }
  });

  test('fit if users leave one after another', async () => {
    const one = run();
    const rows = await keysOf(one.reader());
    const users = rows.map(([key]) => key).filter((_, at) => at % 7 === 0);
    for (const user of users) await one.erase(erasing([user]));
    expect(await keysOf(one.reader())).toEqual(rows.filter(([key]) => !users.includes(key)));
  });
});

test.each([
  ['alba', 'alice', 'ali'],
  ['a', 'ab', 'ab'],
  ['a', 'a😀b', 'a😀'],
  ['a😀', 'a😁b', 'a😁'],
  ['1', '2', '2'],
])('after %j the block of %j begins with %j', (previous, key, expected) => {
  expect(shortestAfter(previous, key)).toBe(expected);
  expect(shortestAfter(previous, key)).toBe(separator(previous, key));
});

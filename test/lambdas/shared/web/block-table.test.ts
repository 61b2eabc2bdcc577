import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Block,
  BlockChanged,
  type BlockPlace,
  BlockTable,
} from '../../../../lambdas/shared/web/block-table.ts';
import { separator } from '../../separator.ts';

type Key = string;

/** Makes a table in two parts whose values are the lengths of the keys, and records which blocks are read. */
function tableOf(keys: readonly Key[], perBlock: number) {
  const sorted = [...new Set(keys)].sort();
  const blocks: Block<number>[] = [];
  for (let at = 0; at < sorted.length; at += perBlock)
    blocks.push({
      names: [['p1', 'Lamp']],
      rows: sorted.slice(at, at + perBlock).map((key) => [key, key.length]),
    });
  const from = blocks.map(({ rows }, at) => separator(blocks[at - 1]?.rows.at(-1)?.[0], rows[0]?.[0] ?? ''));
  const half = Math.ceil(blocks.length / 2);
  const parts = [
    { file: 'a', from: from.slice(0, half), sizes: from.slice(0, half).map((_, at) => at + 1) },
    { file: 'b', from: from.slice(half), sizes: from.slice(half).map((_, at) => at + 1) },
  ];
  const reads: BlockPlace[] = [];
  const fails = { next: false };
  const table = new BlockTable<number>(parts, async (place) => {
    reads.push(place);
    if (fails.next) throw new Error('the bucket answered 503');
    const block = blocks[(place.file === 'a' ? 0 : half) + place.sizeBytes - 1];
    if (!block) throw new Error(`${JSON.stringify(place)} is not a block`);
    return block;
  });
  return { table, sorted, reads, fails };
}

/** Keys of few letters, so that many share a prefix, and of characters with two code units. */
const anyKeys = fc.array(
  fc
    .array(fc.constantFrom('a', 'b', 'ab', '🛒', '🛏', '\t'), { minLength: 1, maxLength: 5 })
    .map((all) => all.join('')),
  { maxLength: 60 },
);

test('finds each row by its key, and nothing else, with at most one block', async () => {
  await fc.assert(
    fc.asyncProperty(anyKeys, anyKeys, fc.integer({ min: 1, max: 7 }), async (keys, others, perBlock) => {
      const { table, sorted, reads } = tableOf(keys, perBlock);
      for (const key of [...sorted, ...others]) {
        const before = reads.length;
        const row = await table.get(key);
        expect(row?.value).toBe(sorted.includes(key) ? key.length : undefined);
        expect(reads.length - before).toBeLessThanOrEqual(1);
      }
      expect(new Set(reads.map(({ file, offset }) => `${file} ${offset}`)).size).toBe(reads.length);
    }),
    { seed: 7, numRuns: 200 },
  );
});

test('finds the first rows with a prefix, in order, in any block', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyKeys,
      fc.constantFrom('a', 'ab', 'b', 'ba', '🛒', '🛒a', '\t', 'c', ''),
      async (keys, beginning) => {
        const { table, sorted } = tableOf(keys, 3);
        const wanted = sorted.filter((key) => key.startsWith(beginning)).slice(0, 5);
        expect((await table.beginningWith(beginning, 5)).map(({ key }) => key)).toEqual(wanted);
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});

test('reads only the blocks of a large table that are needed', async () => {
  const { table, reads } = tableOf(
    Array.from({ length: 100_000 }, (_, index) => `u${100_000 + index}`),
    100,
  );
  expect((await table.get('u142357'))?.value).toBe(7);
  expect(reads.length).toBe(1);
  expect((await table.beginningWith('u1777', 11)).map(({ key }) => key).slice(0, 2)).toEqual([
    'u177700',
    'u177701',
  ]);
  expect(reads.length).toBeLessThanOrEqual(3);
  // No key has these prefixes; they sort into the middle, before all keys and after all keys.
  for (const beginning of ['u15x', 'a', 'v']) {
    const before = reads.length;
    expect(await table.beginningWith(beginning, 11)).toEqual([]);
    expect(reads.length - before).toBeLessThanOrEqual(1);
  }
});

test('skips unwanted rows, but reads no more than twenty blocks', async () => {
  const { table, reads } = tableOf(
    Array.from({ length: 10_000 }, (_, index) => `u${10_000 + index}`),
    100,
  );
  const isEven = ({ key }: { key: string }): boolean => Number(key.slice(1)) % 2 === 0;
  expect((await table.beginningWith('u1', 3, isEven)).map(({ key }) => key)).toEqual([
    'u10000',
    'u10002',
    'u10004',
  ]);
  expect(await table.beginningWith('u1', 3, () => false)).toEqual([]);
  expect(reads.length).toBe(20);
});

test('a row has the names of its block; a table may be empty', async () => {
  expect((await tableOf(['u1'], 1).table.get('u1'))?.names.get('p1')).toBe('Lamp');
  const empty = new BlockTable<number>([], () => Promise.reject(new Error('there is nothing to read')));
  expect([await empty.get('u1'), await empty.beginningWith('u', 5)]).toEqual([undefined, []]);
});

test('reads a block again after a failure, and then only once', async () => {
  const { table, reads, fails } = tableOf(['u1', 'u2'], 2);
  fails.next = true;
  await expect(table.get('u1')).rejects.toThrow('503');
  fails.next = false;
  await Promise.all([table.get('u1'), table.get('u2')]);
  expect(reads.length).toBe(2);
});

test('keeps the blocks that were used most recently, within the limit', async () => {
  const reads: number[] = [];
  const parts = [{ file: 'a', from: ['a', 'b', 'c'], sizes: [40, 40, 40] }];
  const table = new BlockTable<number>(
    parts,
    async ({ offset }) => {
      reads.push(offset);
      return { names: [], rows: [['abc'[offset / 40] ?? '', offset]] };
    },
    80,
  );
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect((await table.get(key))?.key).toBe(key);
  // c takes the place of b, because a was used later; b then takes that of c.
  expect(reads).toEqual([0, 40, 80, 40]);
});

test('keeps a block that alone is larger than the limit while it is the newest', async () => {
  const reads: number[] = [];
  const table = new BlockTable<number>(
    [{ file: 'a', from: ['a', 'b'], sizes: [90, 90] }],
    async ({ offset }) => {
      reads.push(offset);
      return { names: [], rows: [[offset === 0 ? 'a' : 'b', 1]] };
    },
    80,
  );
  for (const key of ['a', 'a', 'b', 'b', 'a']) await table.get(key);
  expect(reads).toEqual([0, 90, 0]);
});

test('a block with keys of another block is refused, without naming them: table and file are of different moments', async () => {
  const rows = { a: [], b: [] } as Record<string, Block<number>['rows']>;
  const table = new BlockTable<number>(
    [{ file: 'f', from: ['a', 'b'], sizes: [1, 1] }],
    async ({ offset }) => ({
      names: [],
      rows: rows[offset === 0 ? 'a' : 'b'] ?? [],
    }),
  );
  for (const [key, stored] of [
    ['a', 'b-secret'],
    ['b', 'a-secret'],
  ] as const) {
    rows[key] = [[stored, 1]];
    const error: unknown = await table.get(key).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BlockChanged);
    expect(String(error)).toMatch(
      /^Error: Cannot use block [01] of f: it has keys that belong to another block$/,
    );
    // After a failure the next lookup reads the block again.
    rows[key] = [[`${key}-own`, 2]];
    expect((await table.get(`${key}-own`))?.value).toBe(2);
  }
});

test('a block may be empty: all of its users were forgotten', async () => {
  const table = new BlockTable<number>(
    [{ file: 'f', from: ['a', 'b'], sizes: [1, 1] }],
    async ({ offset }) => ({
      names: [],
      rows: offset === 0 ? [] : [['b1', 2]],
    }),
  );
  expect(await table.get('a1')).toBeUndefined();
  expect((await table.beginningWith('', 5)).map(({ key }) => key)).toEqual(['b1']);
});

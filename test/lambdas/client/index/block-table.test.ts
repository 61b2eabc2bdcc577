import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Block, type BlockPlace, BlockTable } from '../../../../lambdas/client/index/block-table.ts';

type Key = string;

/** As the Spark job cuts it: the shortest beginning of a block's first key that is behind the block before. */
function separator(previous: Key | undefined, key: Key): Key {
  if (previous === undefined) return key;
  let length = 1;
  while (key.slice(0, length) <= previous) length++;
  return key.slice(0, length);
}

/** A table of keys in two parts, whose values are the keys' lengths; it tells which blocks are read. */
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
    if (fails.next) throw new Error('the bucket answers 503');
    const block = blocks[(place.file === 'a' ? 0 : half) + place.sizeBytes - 1];
    if (!block) throw new Error(`${JSON.stringify(place)} is no block`);
    return block;
  });
  return { table, sorted, reads, fails };
}

/** Few letters, so that keys begin alike, and characters of two code units. */
const anyKeys = fc.array(
  fc
    .array(fc.constantFrom('a', 'b', 'ab', '🛒', '🛏', '\t'), { minLength: 1, maxLength: 5 })
    .map((all) => all.join('')),
  { maxLength: 60 },
);

test('every row is found by its key, nothing else is, and one block is enough', async () => {
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

test('the first rows that begin so are found, in order, whatever blocks they lie in', async () => {
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

test('of a large table the few blocks are read that are needed', async () => {
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
});

test('a row brings the names that its block has; a table without rows has none', async () => {
  expect((await tableOf(['u1'], 1).table.get('u1'))?.names.get('p1')).toBe('Lamp');
  const empty = new BlockTable<number>([], () => Promise.reject(new Error('nothing to read')));
  expect([await empty.get('u1'), await empty.beginningWith('u', 5)]).toEqual([undefined, []]);
});

test('a block whose reading failed is read again at the next look, and once', async () => {
  const { table, reads, fails } = tableOf(['u1', 'u2'], 2);
  fails.next = true;
  await expect(table.get('u1')).rejects.toThrow('503');
  fails.next = false;
  await Promise.all([table.get('u1'), table.get('u2')]);
  expect(reads.length).toBe(2);
});

import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { RunObjects } from '../../../lambdas/serve/run-objects.ts';
import { createRunTable } from '../../../lambdas/serve/run-table.ts';

const Block = z.object({
  names: z.array(z.tuple([z.string(), z.string()])),
  rows: z.array(z.tuple([z.string(), z.number()])),
});
const block = (key: string, value: number) => gzipSync(JSON.stringify({ names: [], rows: [[key, value]] }));

/** A table of two blocks in one file, whose versions are those of the test. */
function open(etags: string[]) {
  const blocks: Buffer[] = [block('a', 1), block('b', 2)];
  const asked: (string | undefined)[] = [];
  const reads = { index: 0 };
  const objects: Pick<RunObjects, 'bytes' | 'part'> = {
    async bytes() {
      reads.index += 1;
      return Buffer.from('{}');
    },
    async part(_, { offset }, etag) {
      asked.push(etag);
      const found = etags.shift() ?? 'last';
      if (etag !== undefined && etag !== found) return 'changed';
      return { bytes: blocks[offset === 0 ? 0 : 1] as Buffer, etag: found };
    },
  };
  const clock = { nowMs: 0 };
  const parse = () => [{ file: 'f', from: ['a', 'b'], sizes: blocks.map(({ length }) => length) }];
  const keyOf = (name: string) => name;
  const nowMs = () => clock.nowMs;
  const get = createRunTable<number>({
    ...{ objects, parse, keyOf, nowMs },
    index: 'index.json',
    block: Block,
    mostBytes: 1_000,
  });
  return { get, asked, reads, clock, blocks };
}

test('the index is read for the first row, and each block on the condition that its file is still the same version', async () => {
  const { get, asked, reads } = open(['v1', 'v1']);
  expect([(await get('a'))?.value, (await get('b'))?.value, (await get('c'))?.value]).toEqual([
    1,
    2,
    undefined,
  ]);
  expect([asked, reads.index]).toEqual([[undefined, 'v1'], 1]);
});

test('of two first reads at the same time that see two versions, the later one reads the index again', async () => {
  const { get, asked, reads } = open(['v1', 'v2', 'v2']);
  const rows = await Promise.all([get('a'), get('b')]);
  expect(rows.map((row) => row?.value)).toEqual([1, 2]);
  expect([asked, reads.index]).toEqual([[undefined, undefined, undefined], 2]);
});

test('a file that never fits is given up after three tries, and the index is not read again for a second', async () => {
  const { get, blocks, reads, clock } = open([]);
  blocks[0] = Buffer.from('damaged');
  /** Returns how often the index was read. */
  const attempt = async (): Promise<number> => {
    const before = reads.index;
    await expect(get('a')).rejects.toThrow('Cannot read a block: f has none at byte 0');
    return reads.index - before;
  };
  expect([await attempt(), await attempt(), await attempt()]).toEqual([3, 0, 0]);
  clock.nowMs += 1_000;
  expect([await attempt(), await attempt()]).toEqual([2, 0]);
  blocks[0] = block('a', 1);
  expect((await get('a'))?.value).toBe(1);
});

import { expect, test, vi } from 'vitest';
import type * as gzipMember from '../../../../lambdas/forget/files/gzip-member.ts';
import { erasing } from './erasing.ts';
import { madeRun, TableRun } from './table-run.ts';

/** No text fits: every block that is rewritten takes three bytes more than before. */
vi.mock('../../../../lambdas/forget/files/gzip-member.ts', async (original) => {
  const real = await original<typeof gzipMember>();
  return { ...real, writeMember: (text: string, sizeBytes: number) => real.writeMember(text, sizeBytes + 3) };
});

const PARTS = [
  [['1', '10', '100'], ['11', '110'], ['12']],
  [['2'], ['20', '21']],
];
const KEYS = PARTS.flat(2);

test('a block that does not fit becomes longer, and the index says so', async () => {
  const [before, run] = [madeRun(PARTS), madeRun(PARTS)];
  await run.erase(erasing(['11', '20']));
  const grown = before.table.map(({ sizes }) => sizes.map((size, block) => (block === 1 ? size + 3 : size)));
  expect(run.table.map(({ sizes }) => sizes)).toEqual(grown);
  for (const key of KEYS) {
    const row = await run.reader().get(key);
    expect(row?.value).toEqual(
      ['11', '20'].includes(key) ? undefined : (await before.reader().get(key))?.value,
    );
  }
  await run.erase(erasing(['12']));
  expect(await run.reader().get('12')).toBeUndefined();
  expect((await run.reader().get('110'))?.value).toBeDefined();
});

test('an erasure that was interrupted before the index goes on', async () => {
  const [whole, interrupted] = [madeRun(PARTS), madeRun(PARTS)];
  await whole.erase(erasing(['11', '20']));
  for (const [name, bytes] of whole.objects) if (name.endsWith('.gz')) interrupted.objects.set(name, bytes);
  await interrupted.erase(erasing(['11', '20']));
  expect([...interrupted.objects]).toEqual([...whole.objects]);
});

test('a reader with an older index finds the user or nothing, and no other user', async () => {
  const [before, run] = [madeRun(PARTS), madeRun(PARTS)];
  await run.erase(erasing(['11']));
  const reader = new TableRun(run.objects).reader(before.table);
  for (const key of KEYS.filter((each) => each !== '11')) {
    const found = await reader.get(key).catch(() => 'nothing');
    if (found !== 'nothing') expect(found).toEqual(await before.reader().get(key));
  }
});

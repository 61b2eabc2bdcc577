import { describe, expect, test } from 'vitest';
import {
  LEAST_BYTES_PER_SNAPSHOT,
  MERGED_PER_SNAPSHOT,
  planCompaction,
} from '../../../lambdas/catalogue/compact.ts';
import { appendProducts } from '../../../lambdas/catalogue/write.ts';
import { createCatalogueReader } from '../../../lambdas/serve/catalogue/reader.ts';
import { catalogueKey } from '../../../lambdas/shared/contract/keys.ts';
import { type CatalogueObject, listCatalogue } from '../../../lambdas/shared/platform/catalogue-objects.ts';
import { type MemoryLake, memoryLake } from '../../lake.ts';
import { recordingLog } from '../log.ts';

const log = recordingLog();
const append = (lake: MemoryLake, ...products: { productId: string; name?: string }[]) =>
  appendProducts(products, { lake, log });
const read = (lake: MemoryLake) =>
  createCatalogueReader({ lake, log, nowMs: () => 0, maxAgeSeconds: 60 }).current();

/** Stores batches at once, product `pN` in batch N and product `all` in each. */
function storeBatches(lake: MemoryLake, from: number, through: number, filler = ''): void {
  for (let number = from; number <= through; number++) {
    const lines = [`p${number}`, 'all'].map((productId) =>
      JSON.stringify({ productId, name: `name ${number}${filler}` }),
    );
    lake.objects.set(catalogueKey('batches', number), {
      bytes: Buffer.from(`${lines.join('\n')}\n`),
      storedAtMs: 0,
    });
  }
}

test('a later product replaces an earlier one as a whole, between batches and within one', async () => {
  const lake = memoryLake();
  await appendProducts([{ productId: 'lamp', name: 'Lamp', price: 3 }], { lake, log });
  expect(
    await append(lake, { productId: 'lamp', name: 'old' }, { productId: 'lamp', name: 'Blue lamp' }),
  ).toBe(2);
  expect(lake.text(catalogueKey('batches', 2))).toBe('{"productId":"lamp","name":"Blue lamp"}\n');
  const catalogue = await read(lake);
  expect(catalogue.through).toBe(2);
  expect(catalogue.get('lamp')).toMatchObject({ name: 'Blue lamp', price: undefined });
});

test('forty writers at the same time get forty numbers without a gap, and nothing is lost', async () => {
  const lake = memoryLake();
  const numbers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => append(lake, { productId: `p${index}` })),
  );
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  const catalogue = await read(lake);
  expect(numbers.every((_, index) => catalogue.get(`p${index}`) !== undefined)).toBe(true);
});

test('a batch that cannot be written is an error, and leaves nothing', async () => {
  const lake = memoryLake();
  lake.fault = (operation) => {
    if (operation === 'create') throw new Error('no bucket');
  };
  await expect(append(lake, { productId: 'lamp' })).rejects.toThrow('no bucket');
  expect(lake.keys()).toEqual([]);
});

test('a missing batch is an error that names it, and not a product with old attributes', async () => {
  const lake = memoryLake();
  storeBatches(lake, 1, 3);
  lake.objects.delete(catalogueKey('batches', 2));
  await expect(listCatalogue(lake)).rejects.toThrow(
    'Cannot read the catalogue: catalogue/batches/00000002.ndjson is missing, but catalogue/batches/00000003.ndjson exists',
  );
});

describe('compaction', () => {
  test('every hundredth batch is merged with the 99 before it; readers then list the merged object', async () => {
    const lake = memoryLake();
    storeBatches(lake, 1, 99);
    await append(lake, { productId: 'all', name: 'newest' });
    expect(lake.keys('catalogue/merged/')).toEqual([catalogueKey('merged', 100)]);
    expect(await listCatalogue(lake)).toMatchObject({ through: 100, merged: [{ number: 100 }], batches: [] });
    const catalogue = await read(lake);
    expect([catalogue.get('all')?.name, catalogue.get('p1')?.name]).toEqual(['newest', 'name 1']);
  });

  test('if a merge failed, the next batch does it', async () => {
    const lake = memoryLake();
    storeBatches(lake, 1, 99);
    lake.fault = (operation, key) => {
      if (operation === 'create' && key.includes('merged')) throw new Error('no merge');
    };
    expect(await append(lake, { productId: 'all' })).toBe(100);
    lake.fault = () => undefined;
    expect(await append(lake, { productId: 'all', name: 'newest' })).toBe(101);
    expect(lake.keys('catalogue/merged/')).toEqual([catalogueKey('merged', 100)]);
    expect((await read(lake)).get('all')?.name).toBe('newest');
  });

  test('a snapshot is written when there is more to read than the last snapshot holds', async () => {
    const lake = memoryLake();
    const filler = 'x'.repeat(LEAST_BYTES_PER_SNAPSHOT / 8);
    storeBatches(lake, 1, 3, filler);
    await append(lake, { productId: 'all', name: 'small' });
    expect(lake.keys('catalogue/snapshots/')).toEqual([]);
    storeBatches(lake, 5, 5, filler);
    await append(lake, { productId: 'all', name: 'newest' });
    expect(await listCatalogue(lake)).toMatchObject({ through: 6, snapshot: { number: 6 }, batches: [] });
    // Only as many bytes again make the next one.
    await append(lake, { productId: 'p1', name: 'after' });
    expect(lake.keys('catalogue/snapshots/')).toHaveLength(1);
    const catalogue = await read(lake);
    expect([catalogue.get('all')?.name, catalogue.get('p1')?.name]).toEqual(['newest', 'after']);
    expect(catalogue.get('p3')?.name).toBe(`name 3${filler}`);
  });

  test('a merged object that begins before a snapshot changes nothing', async () => {
    const lake = memoryLake();
    storeBatches(lake, 1, 150);
    const line = (name: string) => `{"productId":"all","name":"${name}"}\n`;
    lake.objects.set(catalogueKey('snapshots', 150), { bytes: Buffer.from(line('name 150')), storedAtMs: 0 });
    storeBatches(lake, 151, 199);
    await append(lake, { productId: 'new', name: 'new' });
    expect(await listCatalogue(lake)).toMatchObject({
      snapshot: { number: 150 },
      merged: [{ number: 200 }],
      batches: [],
    });
    // It holds the batches before the snapshot too, for readers who listed snapshots before that one was there.
    expect(lake.text(catalogueKey('merged', 200))).toContain('"p101"');
    expect((await read(lake)).get('all')?.name).toBe('name 199');
  });

  test('without the merged object before it, a later one is not read, and the batches are', async () => {
    const lake = memoryLake();
    storeBatches(lake, 1, 200);
    lake.objects.set(catalogueKey('merged', 200), { bytes: Buffer.from(''), storedAtMs: 0 });
    const objects = await listCatalogue(lake);
    expect([objects.merged.length, objects.batches.length, objects.through]).toEqual([0, 200, 200]);
  });

  test('a hundred merged objects make a snapshot due, however small they are', () => {
    const object = (number: number): CatalogueObject => ({ number, key: String(number), sizeBytes: 1 });
    const merged = Array.from({ length: MERGED_PER_SNAPSHOT }, (_, index) => object(100 * (index + 1)));
    const through = 100 * MERGED_PER_SNAPSHOT;
    const all = { through, snapshot: undefined, merged, batches: [] };
    expect(planCompaction(all)).toMatchObject({ kind: 'snapshots', number: through });
    expect(planCompaction({ ...all, merged: merged.slice(1) })?.kind).not.toBe('snapshots');
  });

  test('an interruption at any operation loses nothing: what was answered with a number is read afterwards', async () => {
    for (let failing = 1; failing < 130; failing += failing < 16 ? 1 : 9) {
      const lake = memoryLake();
      storeBatches(lake, 1, 98);
      let operations = 0;
      lake.fault = () => {
        operations += 1;
        if (operations === failing) throw new Error('stopped');
      };
      const stored: string[] = [];
      for (const productId of ['a', 'b', 'c'])
        await append(lake, { productId }).then(
          () => stored.push(productId),
          () => undefined,
        );
      lake.fault = () => undefined;
      const catalogue = await read(lake);
      for (const productId of [...stored, 'p1', 'p98'])
        expect(catalogue.get(productId), `${failing}`).toBeDefined();
      // The batches are all there in any case; without the compacted objects the catalogue is the same.
      for (const key of [...lake.keys('catalogue/merged/'), ...lake.keys('catalogue/snapshots/')])
        lake.objects.delete(key);
      expect([...(await read(lake)).base.entries].sort()).toEqual([...catalogue.base.entries].sort());
    }
  });
});

import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Block, BlockTable } from '../../../../lambdas/client/index/block-table.ts';
import type { ProductPage, Tables, UserPage } from '../../../../lambdas/client/index/bucket.ts';
import { find, suggest } from '../../../../lambdas/client/index/search.ts';
import { searchKey, words } from '../../../../lambdas/client/index/search-key.ts';
import { ExplorerIndex } from '../../../../lambdas/shared/explorer.ts';
import { explorerSample } from '../../explorer-samples.ts';
import { SHARED_ID } from '../../sample-shop.ts';

/** The explorer of a sample shop: u0003 to u0059, p0000 to p0029, six names that come again with a number. */
const files = explorerSample(1, { users: 60, products: 30 });
const index = ExplorerIndex.parse(files['explorer/index.json']);

const table = <Value>(parts: ExplorerIndex['users']) =>
  new BlockTable<Value>(parts, async ({ file, offset, sizeBytes }) => {
    const bytes = files[file];
    if (!(bytes instanceof Uint8Array)) throw new Error(`${file} is not there`);
    return JSON.parse(gunzipSync(bytes.subarray(offset, offset + sizeBytes)).toString());
  });
const tables: Tables = {
  users: table<UserPage>(index.users),
  products: table<ProductPage>(index.products),
  names: table<string>(index.names),
  picks: index.picks,
};

const suggested = async (text: string) => {
  const { users, products, hasMoreUsers, hasMoreProducts } = await suggest(tables, text);
  return { users, products: products.map(({ product }) => product), hasMoreUsers, hasMoreProducts };
};

test('users and products are suggested by how their ids begin, in any case', async () => {
  const found = await suggested('u001');
  expect(found.users[0]).toBe('u0010');
  expect([found.users.length, found.hasMoreUsers, found.products]).toEqual([10, false, []]);
  expect((await suggested('U0')).hasMoreUsers).toBe(true);
  expect((await suggested('P0029')).products).toEqual(['p0029']);
});

test('products are suggested by how words of their names begin, each once, those that the word begins first', async () => {
  expect((await suggested('gla')).products).toEqual(['p0000', 'p0012', 'p0018', 'p0024']);
  expect((await suggested('Glass LAMP')).products).toContain('p0000');
  expect((await suggested('lass')).products).toEqual([]);
  expect(await suggested('…')).toMatchObject({ users: [], products: [] });
});

test('a whole name or id leads to one; a word of a name is no whole name', async () => {
  expect(await find(tables, 'oak TABLE')).toEqual([{ kind: 'product', id: 'p0002' }]);
  expect(await find(tables, 'U0005')).toEqual([{ kind: 'user', id: 'u0005' }]);
  expect(await find(tables, 'p0006')).toEqual([{ kind: 'product', id: 'p0006' }]);
  expect(await find(tables, SHARED_ID)).toEqual([
    { kind: 'user', id: SHARED_ID },
    { kind: 'product', id: SHARED_ID },
  ]);
  expect(await find(tables, 'table')).toEqual([]);
  expect(await find(tables, '__proto__')).toEqual([]);
});

test('a whole name is found among many names that end so', async () => {
  const names = ['Lamp', ...Array.from({ length: 300 }, (_, at) => `Lamp ${at} lamp`)];
  const block: Block<string> = {
    names: names.map((name, at) => [`p${at}`, name]),
    rows: names
      .flatMap((name, at) =>
        words(name).map(
          (_, word, all) =>
            [`${searchKey(all.slice(word).join(' '))}\t${Math.min(word, 1)}\tp${at}`, `p${at}`] as const,
        ),
      )
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  };
  const shop = {
    ...tables,
    names: new BlockTable<string>([{ file: 'n', from: [''], sizes: [1] }], async () => block),
  };
  expect(await find(shop, 'lamp')).toEqual([{ kind: 'product', id: 'p0' }]);
  expect((await suggest(shop, 'lam')).products[0]).toEqual({ product: 'p0', name: 'Lamp' });
});

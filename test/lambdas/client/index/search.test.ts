import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { BlockTable } from '../../../../lambdas/client/index/block-table.ts';
import type { ProductPage, Tables, UserPage } from '../../../../lambdas/client/index/bucket.ts';
import { find, suggest } from '../../../../lambdas/client/index/search.ts';
import { searchKey, words } from '../../../../lambdas/client/index/search-key.ts';
import { ExplorerIndex } from '../../../../lambdas/shared/contract/explorer.ts';
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
  expect(await suggested('p00')).toMatchObject({ users: ['p0003'], hasMoreProducts: true });
  expect((await suggested('p00')).products.length).toBe(10);
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

/** Products p0000, p0001, … of these names, and how many blocks of names were read. */
function shopOf(names: readonly string[]) {
  const idOf = (at: number): string => `p${String(at).padStart(4, '0')}`;
  const rows = names
    .flatMap((name, at) =>
      words(name).map(
        (_, word, all) =>
          [`${searchKey(all.slice(word))}\t${Math.min(word, 1)}\t${idOf(at)}`, idOf(at)] as const,
      ),
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const blocks = Array.from({ length: Math.ceil(rows.length / 50) }, (_, at) =>
    rows.slice(at * 50, at * 50 + 50),
  );
  const part = {
    file: 'n',
    from: blocks.map(([first]) => first?.[0] ?? ''),
    sizes: blocks.map((_, at) => at + 1),
  };
  const reads = { count: 0 };
  const all = new Map(names.map((name, at) => [idOf(at), name]));
  const shop: Tables = {
    ...tables,
    names: new BlockTable<string>([part], async ({ sizeBytes }) => {
      reads.count++;
      const block = blocks[sizeBytes - 1] ?? [];
      return { names: block.map(([, id]) => [id, all.get(id) ?? '']), rows: block };
    }),
  };
  return { shop, reads };
}

const endings = Array.from({ length: 300 }, (_, at) => `${'abcdefgh'[at % 8]}${at} lamp`);

test('a product whose name a word begins comes before those that have the word further on', async () => {
  const { shop } = shopOf([...endings, 'Lamp']);
  expect((await suggest(shop, 'lamp')).products[0]).toEqual({ product: 'p0300', name: 'Lamp' });
});

test('a whole name is found by a block or two, and so is that there is none, however many names end so', async () => {
  const { shop, reads } = shopOf([...endings, 'Lamp']);
  expect(await find(shop, 'lamp')).toEqual([{ kind: 'product', id: 'p0300' }]);
  expect(reads.count).toBeLessThanOrEqual(2);
  const { shop: without, reads: others } = shopOf(endings);
  expect(await find(without, 'lamp')).toEqual([]);
  expect(others.count).toBeLessThanOrEqual(2);
});

test('a whole name of more than five words is told from others that begin so', async () => {
  const letters = [...'abcdefghijklmno'];
  const { shop } = shopOf(letters.map((letter) => `Set of 3 cake tins ${letter}`));
  expect(await find(shop, 'set of 3 cake tins o')).toEqual([{ kind: 'product', id: 'p0014' }]);
  expect(await find(shop, 'set of 3 cake tins')).toEqual([]);
});

test('of equal names there are as many as are asked for and one more, so that it can be said', async () => {
  expect((await find(shopOf(Array.from({ length: 300 }, () => 'Lamp')).shop, 'lamp')).length).toBe(11);
});

test('a name that holds the word several times is one of the ten; that there are more is known', async () => {
  const tea = (count: number) =>
    shopOf(Array.from({ length: count }, (_, at) => `Tea${at} tea${at}a tea${at}b`)).shop;
  const found = await suggest(tea(30), 'tea');
  expect([new Set(found.products.map(({ product }) => product)).size, found.hasMoreProducts]).toEqual([
    10,
    true,
  ]);
  const all = await suggest(tea(10), 'tea');
  expect([all.products.length, all.hasMoreProducts]).toEqual([10, false]);
});

test('ids in capitals are found in small letters, those in small letters in capitals, others as they stand', async () => {
  const ids = ['85123A', 'Mixed1', 'small1'];
  const any = await tables.products.get('p0000');
  if (!any) throw new Error('p0000 is not there');
  const products = new BlockTable<ProductPage>([{ file: 'p', from: ['85123A'], sizes: [1] }], async () => ({
    names: [],
    rows: ids.map((id) => [id, any.value] as const),
  }));
  const foundBy = async (text: string) => (await find({ ...tables, products }, text)).map(({ id }) => id);
  expect(await foundBy('85123a')).toEqual(['85123A']);
  expect(await foundBy('SMALL1')).toEqual(['small1']);
  expect(await foundBy('Mixed1')).toEqual(['Mixed1']);
  expect(await foundBy('mixed1')).toEqual([]);
});

test('what has neither letter nor digit is no name; spaces around an id may be typed or not', async () => {
  expect(await find(tables, ' … ')).toEqual([]);
  expect(await find(tables, ' u0005 ')).toEqual([{ kind: 'user', id: 'u0005' }]);
  expect((await suggest(tables, '  ')).users).toEqual([]);
});

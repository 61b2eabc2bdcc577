import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ProductPage, Tables, UserPage } from '../../../../lambdas/client/index/bucket.ts';
import { find, suggest } from '../../../../lambdas/client/index/search.ts';
import { searchKey, words } from '../../../../lambdas/client/index/search-key.ts';
import { ExplorerIndex } from '../../../../lambdas/shared/contract/explorer.ts';
import { BlockTable } from '../../../../lambdas/shared/web/block-table.ts';
import { explorerSample } from '../../explorer-samples.ts';
import { SHARED_ID } from '../../sample-shop.ts';

/** The tables of a sample shop: u0003 to u0059 and p0000 to p0029, with six names that repeat with a number. */
const files = explorerSample(1, { users: 60, products: 30 });
const index = ExplorerIndex.parse(files['explorer/index.json']);

const table = <Value>(parts: ExplorerIndex['users']) =>
  new BlockTable<Value>(parts, async ({ file, offset, sizeBytes }) => {
    const bytes = files[file];
    if (!(bytes instanceof Uint8Array)) throw new Error(`${file} is missing`);
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

test('suggests users and products by the beginning of their id, in any case', async () => {
  const found = await suggested('u001');
  expect(found.users[0]).toBe('u0010');
  expect([found.users.length, found.hasMoreUsers, found.products]).toEqual([10, false, []]);
  expect((await suggested('U0')).hasMoreUsers).toBe(true);
  expect((await suggested('P0029')).products).toEqual(['p0029']);
  expect(await suggested('p00')).toMatchObject({ users: ['p0003'], hasMoreProducts: true });
  expect((await suggested('p00')).products.length).toBe(10);
});

test('suggests products by the beginning of a word in their name, each product once, first those whose name begins with it', async () => {
  expect((await suggested('gla')).products).toEqual(['p0000', 'p0012', 'p0018', 'p0024']);
  expect((await suggested('Glass LAMP')).products).toContain('p0000');
  expect((await suggested('lass')).products).toEqual([]);
  expect(await suggested('…')).toMatchObject({ users: [], products: [] });
});

test('finds a whole name or id; a word of a name is not a whole name', async () => {
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

/** Makes a shop of products p0000, p0001, … with these names, and counts the blocks of names that are read. */
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

test('a product whose name begins with the word comes first', async () => {
  const { shop } = shopOf([...endings, 'Lamp']);
  expect((await suggest(shop, 'lamp')).products[0]).toEqual({ product: 'p0300', name: 'Lamp' });
});

test('reads at most two blocks for a whole name, found or not, however many names end with it', async () => {
  const { shop, reads } = shopOf([...endings, 'Lamp']);
  expect(await find(shop, 'lamp')).toEqual([{ kind: 'product', id: 'p0300' }]);
  expect(reads.count).toBeLessThanOrEqual(2);
  const { shop: without, reads: others } = shopOf(endings);
  expect(await find(without, 'lamp')).toEqual([]);
  expect(others.count).toBeLessThanOrEqual(2);
});

test('distinguishes whole names of more than five words with the same beginning', async () => {
  const letters = [...'abcdefghijklmno'];
  const { shop } = shopOf(letters.map((letter) => `Set of 3 cake tins ${letter}`));
  expect(await find(shop, 'set of 3 cake tins o')).toEqual([{ kind: 'product', id: 'p0014' }]);
  expect(await find(shop, 'set of 3 cake tins')).toEqual([]);
});

test('returns one more of many equal names than is shown, so that the page can say that there are more', async () => {
  expect((await find(shopOf(Array.from({ length: 300 }, () => 'Lamp')).shop, 'lamp')).length).toBe(11);
});

test('counts a name that contains the word several times once', async () => {
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

test('finds ids in capitals by small letters and the other way round; mixed ids only as they are', async () => {
  const ids = ['85123A', 'Mixed1', 'small1'];
  const any = await tables.products.get('p0000');
  if (!any) throw new Error('p0000 is missing');
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

test('a text without letters and digits is not a name; spaces around an id are ignored', async () => {
  expect(await find(tables, ' … ')).toEqual([]);
  expect(await find(tables, ' u0005 ')).toEqual([{ kind: 'user', id: 'u0005' }]);
  expect((await suggest(tables, '  ')).users).toEqual([]);
});

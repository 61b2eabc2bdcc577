import { gzipSync } from 'node:zlib';
import { searchKey, words } from '../../lambdas/client/index/search-key.ts';
import {
  ExplorerIndex,
  ExplorerNames,
  ExplorerProducts,
  ExplorerUsers,
} from '../../lambdas/shared/contract/explorer.ts';
import { DAY_MS, NOON, named, type ShopSize, userOf } from './sample-shop.ts';
import { separator } from './separator.ts';

/** The explorer's files of a sample run. Blocks have few rows, so that even a small shop has several. */

const ROWS_PER_BLOCK = 8;

type Row = readonly [key: string, value: unknown];
type Schema = { parse(block: unknown): unknown };

/** Sorts rows by key and writes them as the Spark job does, in two parts if there are several blocks. */
export function sampleTable(name: string, rows: readonly Row[], schema: Schema) {
  const sorted = rows.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const blocks = Array.from({ length: Math.ceil(rows.length / ROWS_PER_BLOCK) }, (_, at) =>
    sorted.slice(at * ROWS_PER_BLOCK, (at + 1) * ROWS_PER_BLOCK),
  );
  const members = blocks.map((block) =>
    gzipSync(`${JSON.stringify(schema.parse({ names: namesIn(block), rows: block }))}\n`),
  );
  const half = Math.ceil(blocks.length / 2);
  const parts = [0, half]
    .filter((first, part) => part === 0 || first < blocks.length)
    .map((first, part) => {
      const own = blocks.slice(first, first + half);
      return {
        file: `explorer/${name}-0000${part}.json.gz`,
        from: own.map(([row], at) => separator(own[at - 1]?.at(-1)?.[0], row?.[0] ?? '')),
        bytes: members.slice(first, first + half),
      };
    });
  return {
    parts: parts.map(({ file, from, bytes }) => ({ file, from, sizes: bytes.map(({ length }) => length) })),
    files: Object.fromEntries(parts.map(({ file, bytes }) => [file, new Uint8Array(Buffer.concat(bytes))])),
  };
}

const PRODUCT = /^p(\d{4})$/;

/** Returns the names of all products that the rows mention. */
function namesIn(block: readonly Row[]): [string, string][] {
  const text = JSON.stringify(block);
  const ids = new Set([...text.matchAll(/p(\d{4})/g)].map(([id]) => id));
  return [...ids].toSorted().flatMap((id) => {
    const { name } = named(Number(PRODUCT.exec(id)?.[1]));
    return name === null ? [] : [[id, name] as [string, string]];
  });
}

export function explorerSample(
  run: number,
  { users, products }: ShopSize,
): Readonly<Record<string, unknown>> {
  const idOf = (index: number): string => named(index % products).product;
  const because = [
    { product: idOf(0), share: 0.62 },
    { product: idOf(2), share: 0.38 },
  ];
  const row = (index: number) => ({ product: idOf(index), because });
  const userPage = (index: number) => ({
    // The fifth user bought 53 products; the page has the newest of them.
    products: index === 5 ? 53 : 3,
    history: [1, 0, 3].map((product) => ({
      product: idOf(product + index),
      times: 1 + (index % 3),
      lastMs: NOON - product * DAY_MS,
    })),
    any: Array.from({ length: 10 }, (_, place) => row(place + index)),
    new: Array.from({ length: 10 }, (_, place) => ({ ...row(place + index + 5), because: [] })),
  });
  const productPage = (index: number) => ({
    buyers: 40 + index,
    sales: 90 + index,
    firstMs: NOON - 90 * DAY_MS,
    lastMs: NOON,
    recommendedAny: 100 - (index % 100),
    recommendedNew: 50,
    community: index % 12,
    similar: Array.from({ length: 5 }, (_, place) => ({
      product: idOf(index + place + 1),
      score: 0.8 - place / 10,
    })),
  });
  const all = <Item>(count: number, make: (index: number) => Item): Item[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const byUser = sampleTable(
    'users',
    all(users, (index) => [userOf(index), userPage(index)]),
    ExplorerUsers,
  );
  const byId = sampleTable(
    'products',
    all(products, (index) => [idOf(index), productPage(index)]),
    ExplorerProducts,
  );
  const byName = sampleTable('names', all(products, nameRows).flat(), ExplorerNames);
  return {
    'explorer/index.json': ExplorerIndex.parse({
      run,
      users: byUser.parts,
      products: byId.parts,
      names: byName.parts,
      picks: { users: all(Math.min(10, users), userOf), products: all(Math.min(10, products), named) },
    }),
    ...byUser.files,
    ...byId.files,
    ...byName.files,
  };
}

/** Makes a row for each word of the name. */
function nameRows(index: number): Row[] {
  const { product, name } = named(index);
  const all = words(name ?? '');
  const keys = new Set(all.map((_, at) => searchKey(all.slice(at))));
  return [...keys].map((key, at) => [`${key}\t${Math.min(at, 1)}\t${product}`, product]);
}

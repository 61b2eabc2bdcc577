import type { ExplorerIndex } from '../../shared/contract/explorer.ts';
import type { Row } from './block-table.ts';
import type { Tables } from './bucket.ts';
import { searchKey, words } from './search-key.ts';
import type { Subject } from './subject.ts';

type Product = ExplorerIndex['picks']['products'][number];

/** What is shown of users and of products. */
export const MOST = 10;

/** What a text may mean: at most {@link MOST} users and as many products, and whether there are more. */
export interface Suggestions {
  readonly users: readonly string[];
  readonly products: readonly Product[];
  readonly hasMoreUsers: boolean;
  readonly hasMoreProducts: boolean;
}

/** Users and products whose ids begin so, and products in whose names words begin so. */
export async function suggest(tables: Tables, text: string): Promise<Suggestions> {
  const key = searchKey(words(text));
  const seen = new Set<string>();
  // A name may hold a word twice.
  const isFirst = ({ value }: Row<string>): boolean => !seen.has(value) && seen.add(value) !== undefined;
  const [users, byId, byName] = await Promise.all([
    eachCase(text, (id) => tables.users.beginningWith(id, MOST + 1)),
    eachCase(text, (id) => tables.products.beginningWith(id, MOST + 1)),
    key === '' ? [] : tables.names.beginningWith(key, MOST + 1, isFirst),
  ]);
  const products = new Map([
    ...byId.map((row) => [row.key, productOf(row.key, row)] as const),
    ...byName.map((row) => [row.value, productOf(row.value, row)] as const),
  ]);
  return {
    users: users.slice(0, MOST).map((row) => row.key),
    products: [...products.values()].slice(0, MOST),
    hasMoreUsers: users.length > MOST,
    hasMoreProducts: products.size > MOST,
  };
}

/**
 * The users and products of this id, and the products of this name, whatever its case; users and products share no ids, so
 * it may be both.
 *
 * @returns at most {@link MOST} + 1 products
 */
export async function find(tables: Tables, text: string): Promise<Subject[]> {
  const wanted = words(text);
  const isCalledSo = ({ value, names }: Row<string>): boolean =>
    words(names.get(value) ?? '').join(' ') === wanted.join(' ');
  const [users, products, named] = await Promise.all([
    eachCase(text, async (id) => present(await tables.users.get(id))),
    eachCase(text, async (id) => present(await tables.products.get(id))),
    // 0 says that the name begins here: names that only end so come behind.
    wanted.length === 0 ? [] : tables.names.beginningWith(`${searchKey(wanted)}\t0\t`, MOST + 1, isCalledSo),
  ]);
  const productIds = new Set([...products.map(({ key }) => key), ...named.map(({ value }) => value)]);
  return [
    ...users.map(({ key: id }) => ({ kind: 'user', id }) as const),
    ...[...productIds].map((id) => ({ kind: 'product', id }) as const),
  ];
}

const productOf = (product: string, { names }: Row<unknown>): Product => ({
  product,
  name: names.get(product) ?? null,
});

const present = <Found>(found: Found | undefined): Found[] => (found === undefined ? [] : [found]);

/** Ids differ by case and spaces, but people type as they like: as it stands, and if there is nothing in other ways. */
async function eachCase<Found>(text: string, look: (id: string) => Promise<Found[]>): Promise<Found[]> {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  for (const id of new Set([text, trimmed, trimmed.toUpperCase(), trimmed.toLowerCase()])) {
    const found = await look(id);
    if (found.length > 0) return found;
  }
  return [];
}

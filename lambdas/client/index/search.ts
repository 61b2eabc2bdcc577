import type { ExplorerIndex } from '../../shared/explorer.ts';
import type { Row } from './block-table.ts';
import type { Tables } from './bucket.ts';
import { searchKey, words } from './search-key.ts';
import type { Subject } from './subject.ts';

type Product = ExplorerIndex['picks']['products'][number];

/** What a text may mean: users and products, at most {@link MOST} each. */
export interface Suggestions {
  readonly users: readonly string[];
  readonly products: readonly Product[];
  readonly hasMoreUsers: boolean;
  readonly hasMoreProducts: boolean;
}

export const MOST = 10;

/** Users and products whose ids begin so, and products in whose names words begin so. */
export async function suggest(tables: Tables, text: string): Promise<Suggestions> {
  const key = searchKey(text);
  const [users, byId, byName] = await Promise.all([
    eachCase(text, (id) => tables.users.beginningWith(id, MOST + 1)),
    eachCase(text, (id) => tables.products.beginningWith(id, MOST + 1)),
    // A name may hold the word twice.
    key === '' ? [] : tables.names.beginningWith(key, 2 * MOST + 1),
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
 */
export async function find(tables: Tables, text: string): Promise<Subject[]> {
  const whole = words(text).join(' ');
  const [users, products, named] = await Promise.all([
    eachCase(text, async (id) => present(await tables.users.get(id))),
    eachCase(text, async (id) => present(await tables.products.get(id))),
    // 0 says that the name begins here: this comes before names that only end so.
    whole === '' ? [] : tables.names.beginningWith(`${searchKey(text)}\t0\t`, MOST),
  ]);
  const productIds = new Set([
    ...products.map(({ key }) => key),
    ...named
      .filter(({ names, value }) => words(names.get(value) ?? '').join(' ') === whole)
      .map(({ value }) => value),
  ]);
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

/** Ids differ by case, but people type as they like: as it stands, and if there is nothing in one case throughout. */
async function eachCase<Found>(text: string, look: (id: string) => Promise<Found[]>): Promise<Found[]> {
  for (const id of new Set([text, text.toUpperCase(), text.toLowerCase()])) {
    const found = await look(id);
    if (found.length > 0) return found;
  }
  return [];
}

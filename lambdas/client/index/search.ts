import type { ExplorerIndex } from '../../shared/contract/explorer.ts';
import type { Row } from '../../shared/web/block-table.ts';
import type { UserOrProduct } from './address.ts';
import { isLikePseudonym } from './ask-user.ts';
import type { Tables } from './bucket.ts';
import { searchKey, words } from './search-key.ts';

type Product = ExplorerIndex['picks']['products'][number];

/** The maximum number of suggested users, and of suggested products. */
export const MAX_SUGGESTIONS = 10;

/** Users and products that match a text, at most {@link MAX_SUGGESTIONS} of each. */
export interface Suggestions {
  readonly users: readonly string[];
  readonly products: readonly Product[];
  readonly hasMoreUsers: boolean;
  readonly hasMoreProducts: boolean;
}

/**
 * Finds users and products whose id begins with the text, and products with a word in their name that begins with it. Where users
 * have pseudonyms, only products are found.
 */
export async function suggest(tables: Tables, text: string): Promise<Suggestions> {
  const key = searchKey(words(text));
  const seen = new Set<string>();
  // A name may contain the word twice.
  const isFirst = ({ value }: Row<string>): boolean => !seen.has(value) && seen.add(value) !== undefined;
  const [users, byId, byName] = await Promise.all([
    tables.askUser ? [] : inAnyCase(text, (id) => tables.users.beginningWith(id, MAX_SUGGESTIONS + 1)),
    inAnyCase(text, (id) => tables.products.beginningWith(id, MAX_SUGGESTIONS + 1)),
    key === '' ? [] : tables.names.beginningWith(key, MAX_SUGGESTIONS + 1, isFirst),
  ]);
  const products = new Map([
    ...byId.map((row) => [row.key, productOf(row.key, row)] as const),
    ...byName.map((row) => [row.value, productOf(row.value, row)] as const),
  ]);
  return {
    users: users.slice(0, MAX_SUGGESTIONS).map((row) => row.key),
    products: [...products.values()].slice(0, MAX_SUGGESTIONS),
    hasMoreUsers: users.length > MAX_SUGGESTIONS,
    hasMoreProducts: products.size > MAX_SUGGESTIONS,
  };
}

/**
 * Finds the user and the product with this id, and the products with this name in any case. There may be both a user and
 * a product, since they share no id space.
 *
 * @returns At most {@link MAX_SUGGESTIONS} + 1 products, so that the caller knows whether there are more.
 * @throws {CannotAsk} If users have pseudonyms and the API cannot be asked.
 */
export async function find(tables: Tables, text: string): Promise<UserOrProduct[]> {
  const wanted = words(text);
  const hasThisName = ({ value, names }: Row<string>): boolean =>
    words(names.get(value) ?? '').join(' ') === wanted.join(' ');
  const [users, products, named] = await Promise.all([
    usersNamed(tables, text),
    inAnyCase(text, async (id) => asList(await tables.products.get(id))),
    // With the 0 only names match that begin with these words, not names that contain them further on.
    wanted.length === 0
      ? []
      : tables.names.beginningWith(`${searchKey(wanted)}\t0\t`, MAX_SUGGESTIONS + 1, hasThisName),
  ]);
  const productIds = new Set([...products.map(({ key }) => key), ...named.map(({ value }) => value)]);
  return [
    ...users.map((id) => ({ kind: 'user', id }) as const),
    ...[...productIds].map((id) => ({ kind: 'product', id }) as const),
  ];
}

/** Finds the user with this id. Where users have pseudonyms, a text that is one is looked up, and the API is asked for others. */
async function usersNamed({ users, askUser }: Tables, text: string): Promise<string[]> {
  if (!askUser) {
    const found = await inAnyCase(text, async (id) => asList(await users.get(id)));
    return found.map(({ key }) => key);
  }
  const id = text.trim();
  const isKnown = (isLikePseudonym(id) && (await users.get(id))) || (await askUser(id));
  return isKnown ? [id] : [];
}

const productOf = (product: string, { names }: Row<unknown>): Product => ({
  product,
  name: names.get(product) ?? null,
});

const asList = <Item>(item: Item | undefined): Item[] => (item === undefined ? [] : [item]);

/** Searches for the text as typed; if nothing is found, without spaces around it, then in capitals, then in small letters. */
async function inAnyCase<Item>(text: string, searchFor: (id: string) => Promise<Item[]>): Promise<Item[]> {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  for (const id of new Set([text, trimmed, trimmed.toUpperCase(), trimmed.toLowerCase()])) {
    const found = await searchFor(id);
    if (found.length > 0) return found;
  }
  return [];
}

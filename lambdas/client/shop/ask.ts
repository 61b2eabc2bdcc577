import { sum } from '../../shared/contract/numbers.ts';
import type { ListedProduct } from './changes.ts';
import type { Answer, Client, History, ListKind } from './client.ts';
import { LISTS } from './client.ts';
import type { Person } from './person.ts';

/** The filters of the catalogue that apply to the shelf and to both lists. */
export interface ShopFilters {
  readonly category?: string;
  readonly minPrice?: number;
  readonly maxPrice?: number;
}

/** Products in each list. */
const LIST_LENGTH = 10;
/** Products in one answer for the shelf; the most that the API gives. */
const PAGE_LENGTH = 100;
/** Longest list of products to leave out, in letters of an address: API Gateway takes 10,240 bytes of address and headers. */
const MAX_EXCLUDE_LETTERS = 6_000;
/** Purchases that the page asks for. */
const HISTORY_LENGTH = 8;

export type BothLists = Readonly<Record<ListKind, Answer>>;

/** Asks for both lists of a person, at the same time. */
export async function askBoth(client: Client, person: Person, filters: ShopFilters): Promise<BothLists> {
  const [any, discoveries] = await Promise.all(
    LISTS.map((list) => askOne(client, person, { ...filters, list })),
  );
  if (!any || !discoveries) throw new TypeError('Cannot show two lists: only one was asked for');
  return { any, new: discoveries };
}

function askOne(
  client: Client,
  person: Person,
  options: ShopFilters & { readonly list: ListKind },
): Promise<Answer> {
  const wishes = { ...options, n: LIST_LENGTH, because: true };
  if (person.kind !== 'anonymous') return client.recommendations({ user: person.user, ...wishes });
  const history = person.basket.map(({ product }) => ({ product, orderId: 'basket' }));
  return client.recommendationsFor({ body: { ...wishes, history } });
}

/** Says that the shelf has all products, or how it goes on. */
export type ShelfProgress = 'all' | 'most popular' | 'more follow';

/**
 * Asks for the products of the shelf, most popular first, page by page: each page leaves out the products of those before it. Of a
 * large shop the most popular are enough.
 *
 * @param show Called with all products so far after each page; returns false to end.
 * @returns Whether these are all products. Of a large shop the most popular are enough.
 */
export async function askShelf(
  client: Client,
  filters: ShopFilters,
  show: (products: readonly ListedProduct[], progress: ShelfProgress) => boolean,
): Promise<void> {
  const products: ListedProduct[] = [];
  let exclude: string[] = [];
  for (;;) {
    const page = await client.popular({ ...filters, n: PAGE_LENGTH, ...(exclude.length > 0 && { exclude }) });
    products.push(...page.products);
    exclude = products.map(({ product }) => product);
    const isAll = page.products.length < PAGE_LENGTH;
    const isLast = isAll || lettersOf(exclude) > MAX_EXCLUDE_LETTERS;
    if (!show([...products], isAll ? 'all' : isLast ? 'most popular' : 'more follow') || isLast) return;
  }
}

const lettersOf = (ids: readonly string[]): number =>
  sum(ids.map((id) => `&exclude=${encodeURIComponent(id)}`.length));

export const askHistory = (client: Client, user: string): Promise<History> =>
  client.history({ user, n: HISTORY_LENGTH });

/** The numbers that are compared to see whether answers know a sale. */
export interface SoldSale {
  readonly product: string;
  /** The sale's own id. */
  readonly id: string;
}

/**
 * Returns whether an answer knows a sale that the answer before it did not know.
 *
 * @param before The answer before the sale; undefined if there was none.
 * @returns undefined if the two answers cannot say: between them another run was served, whose count of newer sales starts again.
 */
export function knowsSale(answer: Answer, before: Answer | undefined, sale: SoldSale): boolean | undefined {
  if (before === undefined || answer.run?.run !== before.run?.run) return undefined;
  return (
    answer.newerSales !== before.newerSales ||
    answer.newestSaleMs !== before.newestSaleMs ||
    // The sale of a product that the run does not know changes nothing else.
    (answer.unknownProducts.includes(sale.product) && !before.unknownProducts.includes(sale.product))
  );
}

/**
 * Returns whether the history of a user has the sale: by its id, or as the newest line. Lines have no ids once a run knows them, and
 * none at all where ids are keyed.
 */
export const historyHas = ({ recent, stored }: History, { id, product }: SoldSale): boolean => {
  const [newest] = recent.newest;
  return (
    recent.newest.some((line) => line.id === id) ||
    (newest !== undefined && newest.id === undefined && newest.product === product) ||
    stored.newest[0]?.product === product
  );
};

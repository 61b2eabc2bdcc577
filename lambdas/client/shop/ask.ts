import type { Answer, Call, History, ListKind } from './api.ts';
import { LISTS } from './api.ts';
import type { Person } from './person.ts';

/** The filters of the catalogue that apply to the shelf and to both lists. */
export interface ShopFilters {
  readonly category?: string;
  readonly minPrice?: number;
  readonly maxPrice?: number;
}

/** Products in each list. */
const LIST_LENGTH = 10;
/** Products on the shelf; the most that the API answers. */
const SHELF_LENGTH = 100;
/** Purchases that the page asks for. */
const HISTORY_LENGTH = 12;

export type BothLists = Readonly<Record<ListKind, Answer>>;

/** Asks for both lists of a person, at the same time. */
export async function askBoth(call: Call, person: Person, filters: ShopFilters): Promise<BothLists> {
  const [any, fresh] = await Promise.all(LISTS.map((list) => askOne(call, person, { ...filters, list })));
  if (!any || !fresh) throw new TypeError('Cannot show two lists: only one was asked for');
  return { any, new: fresh };
}

function askOne(
  call: Call,
  person: Person,
  options: ShopFilters & { readonly list: ListKind },
): Promise<Answer> {
  const wishes = { ...options, n: LIST_LENGTH, because: true };
  if (person.kind !== 'anonymous') return call('recommendations', { user: person.user, ...wishes });
  const history = person.basket.map(({ product }) => ({ product, orderId: 'basket' }));
  return call('recommendationsFor', { body: { ...wishes, history } });
}

export const askShelf = (call: Call, filters: ShopFilters) =>
  call('popular', { ...filters, n: SHELF_LENGTH });

export const askHistory = (call: Call, user: string): Promise<History> =>
  call('history', { user, n: HISTORY_LENGTH });

/** What is compared to see whether answers know a sale. */
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

/** Returns whether the history of a user has the sale: by its id, or, once a run knows it, as the newest line of the run. */
export const historyHas = ({ recent, stored }: History, { id, product }: SoldSale): boolean =>
  recent.newest.some((line) => line.id === id) || stored.newest[0]?.product === product;

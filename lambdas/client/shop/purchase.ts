import type { IncomingSale } from '../../shared/contract/api/sales.ts';
import { askBoth, askHistory, type BothLists, historyHas, knowsSale, type ShopFilters } from './ask.ts';
import type { ListedProduct } from './changes.ts';
import { ApiError, type Client, LISTS, Unreachable } from './client.ts';
import { newSaleId, type Person, randomBytes } from './person.ts';
import { askUntilKnown, type Timing } from './until-known.ts';

/** A purchase or a return that was sent, and what came of it. */
export type Outcome =
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'accepted';
      readonly lists: BothLists;
      /** From the press to the answer that the sale is on the topic. */
      readonly acceptedMs: number;
      /** From the press to the newest lists. */
      readonly totalMs: number;
      /** False: the newest lists do not know the sale yet. */
      readonly isKnown: boolean;
      /** Where the sale is on the topic; undefined for a basket. */
      readonly address: string | undefined;
    };

export interface Trade {
  readonly person: Person & { readonly kind: 'known' | 'new' };
  readonly product: ListedProduct;
  /** Units; negative for a return. */
  readonly quantity: number;
  readonly filters: ShopFilters;
  /** The lists before it; undefined if they were not read. */
  readonly before: BothLists | undefined;
  /** See `ShopSettings`. */
  readonly isDatedByLists?: boolean;
}

/**
 * Sends a sale to the topic, then asks for the lists until they know it.
 *
 * @throws {ApiError | Unreachable} If the sale is not accepted because of a fault, or if no list can be read after it.
 */
export async function trade(client: Client, sold: Trade, timing: Timing): Promise<Outcome> {
  const { person, product, quantity, filters, before, isDatedByLists } = sold;
  const startMs = timing.now();
  const sale = { product: product.product, id: newSaleId(randomBytes(16)) };
  const result = await sell(client, {
    userId: person.user,
    productId: product.product,
    quantity,
    id: sale.id,
    ...(product.name && { productName: product.name }),
    ...(isDatedByLists && { timestamp: before?.any.momentMs ?? undefined }),
  });
  if (!result.accepted) return { kind: 'refused', reason: result.reason };
  const acceptedMs = timing.now() - startMs;
  const isKnown = async (lists: BothLists): Promise<boolean> => {
    const known = LISTS.map((list) => knowsSale(lists[list], before?.[list], sale));
    if (known.includes(undefined)) return historyHas(await askHistory(client, person.user), sale);
    return !known.includes(false);
  };
  const asked = await askUntilKnown(() => askBoth(client, person, filters), isKnown, { timing });
  const { topic, partition, offset } = result.address;
  return {
    kind: 'accepted',
    lists: asked.answer,
    isKnown: asked.isKnown,
    acceptedMs,
    totalMs: timing.now() - startMs,
    address: `${topic}, partition ${partition}, offset ${offset}`,
  };
}

/** The sale has an id, so sending it again after a lost answer is harmless: it counts once. */
async function sell(client: Client, sale: IncomingSale) {
  const send = async () => {
    const [result] = (await client.addSales({ body: sale })).sales;
    if (!result) throw new TypeError('Cannot read the answer: it has no result for the sale');
    return result;
  };
  const first = await send().catch((error: unknown) => {
    if (error instanceof Unreachable || (error instanceof ApiError && error.status >= 500)) return undefined;
    throw error;
  });
  return first === undefined || (!first.accepted && first.mayRetry) ? send() : first;
}

import type { PersonIds } from '../privacy/person-ids.ts';
import type { Sale } from './sale.ts';

/**
 * Returns a sale as it is stored: in keyed mode with pseudonyms in place of the ids of its user, its order and itself. accumulate
 * and remember call it before they store or log anything of a sale, so that both store the same pseudonyms.
 */
export function storedSale(sale: Sale, ids: PersonIds): Sale {
  if (ids.mode === 'plain') return sale;
  const { user, orderId, id } = sale;
  return {
    ...sale,
    user: ids.stored(user),
    orderId: orderId === undefined ? undefined : ids.stored(orderId),
    ...(id === undefined ? {} : { id: ids.stored(id) }),
  };
}

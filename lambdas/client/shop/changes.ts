/** A product in a list of recommendations, as far as changes of the list need it. */
export interface ListedProduct {
  readonly product: string;
  readonly name?: string | undefined;
}

/** The change of a product that is in the list now. Ranks count from 1. */
export type Change =
  | { readonly kind: 'came' }
  | { readonly kind: 'rose'; readonly from: number }
  | { readonly kind: 'fell'; readonly from: number }
  | { readonly kind: 'stayed' };

export interface ListChanges {
  /** By product, in the order of the list. */
  readonly now: ReadonlyMap<string, Change>;
  /** Products that are no longer in the list, in their earlier order. */
  readonly left: readonly ListedProduct[];
}

/**
 * Compares a list with the one before it.
 *
 * @param before Best first, each product once; may be empty.
 * @param now Likewise.
 * @example listChanges([{ product: 'a' }, { product: 'b' }], [{ product: 'b' }, { product: 'c' }])
 * // b rose from 2, c came, a left
 */
export function listChanges(before: readonly ListedProduct[], now: readonly ListedProduct[]): ListChanges {
  const ranksBefore = new Map(before.map(({ product }, index) => [product, index + 1]));
  const changes = new Map(
    now.map(({ product }, index) => [product, changeOf(ranksBefore.get(product), index + 1)] as const),
  );
  return { now: changes, left: before.filter(({ product }) => !changes.has(product)) };
}

function changeOf(before: number | undefined, rank: number): Change {
  if (before === undefined) return { kind: 'came' };
  if (before === rank) return { kind: 'stayed' };
  return { kind: before > rank ? 'rose' : 'fell', from: before };
}

/** Returns whether anything came, left or moved. */
export const isChanged = ({ now, left }: ListChanges): boolean =>
  left.length > 0 || [...now.values()].some(({ kind }) => kind !== 'stayed');

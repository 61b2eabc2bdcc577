export type Kind = 'user' | 'product';

/** A user or a product by its id. Users and products share no ids, so the kind is always needed. */
export interface UserOrProduct {
  readonly kind: Kind;
  readonly id: string;
}

/** @example addressOf({ kind: 'user', id: 'ann' }) // '#user=ann' */
export const addressOf = ({ kind, id }: UserOrProduct): string => `#${kind}=${encodeURIComponent(id)}`;

const ADDRESS = /^#(user|product)=(.*)$/s;

/** Returns whether the explorer handles this hash; other hashes are anchors in the page. */
export const isExplorerAddress = (hash: string): boolean => hash === '' || ADDRESS.test(hash);

/** @returns undefined if the hash is not the address of a user or product */
export function parseAddress(hash: string): UserOrProduct | undefined {
  const [, kind, id = ''] = ADDRESS.exec(hash) ?? [];
  try {
    return kind === undefined || id === '' ? undefined : { kind: kind as Kind, id: decodeURIComponent(id) };
  } catch {
    return undefined;
  }
}

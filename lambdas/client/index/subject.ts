export type Kind = 'user' | 'product';

/** A user or product by its id, as the address says it: `#user=ann`. */
export interface Subject {
  readonly kind: Kind;
  readonly id: string;
}

export const linkTo = ({ kind, id }: Subject): string => `#${kind}=${encodeURIComponent(id)}`;

/** @returns undefined if the address names nobody and nothing */
export function subjectOf(hash: string): Subject | undefined {
  const [, kind, id = ''] = /^#(user|product)=(.+)$/s.exec(hash) ?? [];
  try {
    return kind === undefined ? undefined : { kind: kind as Kind, id: decodeURIComponent(id) };
  } catch {
    return undefined;
  }
}

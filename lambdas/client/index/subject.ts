export type Kind = 'user' | 'product';

/** A user or product by its id, as the address says it: `#user=ann`. */
export interface Subject {
  readonly kind: Kind;
  readonly id: string;
}

export const linkTo = ({ kind, id }: Subject): string => `#${kind}=${encodeURIComponent(id)}`;

const SUBJECT = /^#(user|product)=(.*)$/s;

/** Whether an address is the explorer's to answer; others lead to places of the page. */
export const isOfExplorer = (hash: string): boolean => hash === '' || SUBJECT.test(hash);

/** @returns undefined if the address names nobody and nothing */
export function subjectOf(hash: string): Subject | undefined {
  const [, kind, id = ''] = SUBJECT.exec(hash) ?? [];
  try {
    return kind === undefined || id === '' ? undefined : { kind: kind as Kind, id: decodeURIComponent(id) };
  } catch {
    return undefined;
  }
}

import type { ListKind } from '../contract/quality.ts';

/** The names of the two lists for readers of pages and charts; file names, JSON fields and the API say `any` and `new`. */
export const LIST_NAMES: Readonly<Record<ListKind, string>> = { any: 'Top picks', new: 'Discoveries' };

/** The difference between the two lists; every page says it once. */
export const LISTS_EXPLAINED =
  'Top picks may include products that the user has already bought; Discoveries never do.';

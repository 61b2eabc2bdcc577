import type { ListKind } from '../contract/quality.ts';

/** The names of the two lists for readers of pages and charts; file names, JSON fields and the API say `any` and `new`. */
export const LIST_NAMES: Readonly<Record<ListKind, string>> = { any: 'Top picks', new: 'Discoveries' };

/**
 * Replaces the names of the lists in the gate's reason, which `publications/K.json` stores with the names of the files.
 *
 * @example withListNames('worse than run 3: any −0.021 (…)') // 'worse than run 3: Top picks −0.021 (…)'
 */
export const withListNames = (reason: string): string =>
  reason.replaceAll(/\b(any|new)(?= [+−])/g, (_, list: ListKind) => LIST_NAMES[list]);

/** The difference between the two lists; every page says it once. */
export const LISTS_EXPLAINED =
  'Top picks may include products that the user has already bought; Discoveries never do.';

import type { ListKind } from '../../lambdas/shared/contract/quality.ts';
import { LIST_NAMES } from '../../lambdas/shared/web/lists.ts';
import { printable } from '../terminal/printable.ts';

/** The list's name on the pages, and in brackets its name in files and in the API. */
export const listTitle = (list: ListKind): string => `${LIST_NAMES[list]} (${list})`;

type Product = { readonly name: string | null; readonly product: string };

/** The name of a product with its id, or the id alone. */
export const named = ({ name, product }: Product): string =>
  printable(name ? `${name} (${product})` : product);

import type { ExplorerIndex } from '../../shared/summaries.ts';
import { element, productLabel } from '../dom.ts';
import { linkTo } from './subject.ts';

const MOST = 10;

/** Users and products to pick from: those that a text is part of, or the first ones. */
export function showPicks({ users, products }: ExplorerIndex, text: string): HTMLElement[] {
  const wanted = text.trim().toLowerCase();
  const has = (value: string | null): boolean => value?.toLowerCase().includes(wanted) ?? false;
  const foundUsers = first(users, has);
  const foundProducts = first(products, ({ product, name }) => has(product) || has(name));
  return [
    group(
      'Products',
      foundProducts.map((of) => ({
        label: productLabel(of),
        href: linkTo({ kind: 'product', id: of.product }),
      })),
    ),
    group(
      'Users',
      foundUsers.map((id) => ({ label: id, href: linkTo({ kind: 'user', id }) })),
    ),
  ].flat();
}

function first<Item>(items: readonly Item[], isWanted: (item: Item) => boolean): Item[] {
  const found: Item[] = [];
  for (const item of items) {
    if (isWanted(item)) found.push(item);
    if (found.length === MOST) break;
  }
  return found;
}

const group = (title: string, links: readonly { label: string; href: string }[]): HTMLElement[] =>
  links.length === 0
    ? []
    : [
        element(
          'div',
          { class: 'noprint' },
          element('p', { class: 'soft' }, `${title} to pick from:`),
          element(
            'ul',
            { class: 'plain' },
            ...links.map(({ label, href }) => element('li', {}, element('a', { href }, label))),
          ),
        ),
      ];

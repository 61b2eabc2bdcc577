import { element, productLabel } from '../dom.ts';
import type { Suggestions } from './search.ts';
import { linkTo } from './subject.ts';

/** Users and products to pick from. @param isSearch Whether they were searched, or stand there at first. */
export function showPicks(found: Suggestions, isSearch: boolean): HTMLElement[] {
  const { users, products, hasMoreUsers, hasMoreProducts } = found;
  const ending = isSearch ? 'found' : 'to pick from';
  return [
    ...group(
      `Products ${ending}`,
      products.map((of) => ({ label: productLabel(of), href: linkTo({ kind: 'product', id: of.product }) })),
      hasMoreProducts,
    ),
    ...group(
      `Users ${ending}`,
      users.map((id) => ({ label: id, href: linkTo({ kind: 'user', id }) })),
      hasMoreUsers,
    ),
  ];
}

const group = (
  title: string,
  links: readonly { label: string; href: string }[],
  hasMore: boolean,
): HTMLElement[] =>
  links.length === 0
    ? []
    : [
        element(
          'div',
          { class: 'noprint' },
          element('p', { class: 'soft' }, hasMore ? `${title}, the first ${links.length}:` : `${title}:`),
          element(
            'ul',
            { class: 'plain' },
            ...links.map(({ label, href }) => element('li', {}, element('a', { href }, label))),
          ),
        ),
      ];

import { element, productLabel } from '../dom.ts';
import type { Suggestions } from './search.ts';
import { linkTo } from './subject.ts';

/** Users and products to pick from. @param what Said behind both titles. */
export const showPicks = (
  { users, products, hasMoreUsers, hasMoreProducts }: Suggestions,
  what = '',
): HTMLElement[] => [
  ...group(
    `Products${what}`,
    products.map((of) => ({ label: productLabel(of), href: linkTo({ kind: 'product', id: of.product }) })),
    hasMoreProducts,
  ),
  ...group(
    `Users${what}`,
    users.map((id) => ({ label: id, href: linkTo({ kind: 'user', id }) })),
    hasMoreUsers,
  ),
];

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

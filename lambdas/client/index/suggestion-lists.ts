import { element, productLabel } from '../dom.ts';
import { addressOf } from './address.ts';
import type { Suggestions } from './search.ts';

/** Shows products and users as two lists of links; an empty list is left out. */
export const suggestionLists = (
  { users, products, hasMoreUsers, hasMoreProducts }: Suggestions,
  titles = { products: 'Products', users: 'Users' },
): HTMLElement[] => [
  ...linkList(
    titles.products,
    products.map((product) => ({
      label: productLabel(product),
      href: addressOf({ kind: 'product', id: product.product }),
    })),
    hasMoreProducts,
  ),
  ...linkList(
    titles.users,
    users.map((id) => ({ label: id, href: addressOf({ kind: 'user', id }) })),
    hasMoreUsers,
  ),
];

const linkList = (
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

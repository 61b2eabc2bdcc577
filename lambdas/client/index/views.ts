import type { ListKind } from '../../shared/contract/quality.ts';
import { count, day, element, productLabel, table } from '../dom.ts';
import type { Ready } from './answers.ts';
import type { Row } from './block-table.ts';
import type { ProductPage, UserPage } from './bucket.ts';
import { linkTo, type Subject } from './subject.ts';

type Names = Row<unknown>['names'];

const labelOf = (product: string, names: Names): string =>
  productLabel({ product, name: names.get(product) ?? null });

const productLink = (product: string, names: Names): HTMLElement =>
  element('a', { href: linkTo({ kind: 'product', id: product }) }, labelOf(product, names));

/** What a run knows of a user or a product. */
export const subjectView = async ({ run, tables }: Ready, { kind, id }: Subject): Promise<HTMLElement> =>
  kind === 'user'
    ? userView(id, await tables.users.get(id), run)
    : productView(id, await tables.products.get(id), run);

/** What one user bought, is recommended, and why. */
function userView(user: string, row: Row<UserPage> | undefined, run: number): HTMLElement {
  if (!row) return unknown('user', user, run);
  const { value: page, names } = row;
  return element(
    'section',
    { 'aria-label': `User ${user}` },
    element('h3', {}, `User ${user}`),
    element('p', { class: 'soft' }, `As run ${run} knows it.`),
    element('h4', {}, bought(page)),
    page.history.length === 0
      ? element('p', { class: 'soft' }, 'Nothing that counts.')
      : table(
          `What ${user} bought`,
          ['Product', 'Times', 'Last'],
          page.history.map((row) => [productLink(row.product, names), count(row.times), day(row.lastMs)]),
          [1, 2],
        ),
    element(
      'div',
      { class: 'pair' },
      list('any', 'may include what was bought', page.any, names),
      list('new', 'only what was not bought', page.new, names),
    ),
  );
}

const bought = ({ history, products }: UserPage): string =>
  history.length < products
    ? `Bought, the newest ${history.length} of ${count(products)} products`
    : 'Bought, newest first';

function list(kind: ListKind, meaning: string, rows: UserPage['any'], names: Names): HTMLElement {
  return element(
    'div',
    {},
    element('h4', {}, `Recommended, ${kind}: ${meaning}`),
    rows.length === 0
      ? element('p', { class: 'soft' }, 'Nothing.')
      : table(
          `List ${kind}`,
          ['Rank', 'Product', 'Because of'],
          rows.map((row, index) => [
            String(index + 1),
            productLink(row.product, names),
            because(row.because, names),
          ]),
          [0],
        ),
  );
}

function because(reasons: UserPage['any'][number]['because'], names: Names): Node {
  if (reasons.length === 0) return element('span', { class: 'soft' }, 'what sells now');
  const parts = reasons.map(({ product, share }) => {
    // The name alone, for there is little room; where it leads, the id stands.
    const link = element(
      'a',
      { href: linkTo({ kind: 'product', id: product }) },
      names.get(product) ?? product,
    );
    return element('li', {}, `${share < 0.01 ? '<1' : Math.round(100 * share)}\u00a0% `, link);
  });
  return element('ul', { class: 'reasons' }, ...parts);
}

/** What is known of one product, and what is like it. */
function productView(product: string, row: Row<ProductPage> | undefined, run: number): HTMLElement {
  if (!row) return unknown('product', product, run);
  const { value: page, names } = row;
  const facts: readonly (readonly [string, string])[] = [
    ['Buyers', count(page.buyers)],
    ['Sales', count(page.sales)],
    ['First sale', day(page.firstMs)],
    ['Last sale', day(page.lastMs)],
    ['In lists any', count(page.recommendedAny)],
    ['In lists new', count(page.recommendedNew)],
    ['Community', page.community === null ? '–' : String(page.community)],
  ];
  return element(
    'section',
    { 'aria-label': `Product ${product}` },
    element('h3', {}, labelOf(product, names)),
    element('p', { class: 'soft' }, `As run ${run} knows it.`),
    element(
      'dl',
      { class: 'facts' },
      ...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    ),
    element('h4', {}, 'Similar products'),
    page.similar.length === 0
      ? element('p', { class: 'soft' }, 'None.')
      : table(
          `Similar to ${product}`,
          ['Rank', 'Product', 'Score'],
          page.similar.map((other, index) => [
            String(index + 1),
            productLink(other.product, names),
            other.score.toFixed(3),
          ]),
          [0, 2],
        ),
  );
}

const unknown = (kind: string, id: string, run: number): HTMLElement =>
  element('p', {}, `Run ${run} knows no ${kind} ${id}.`);

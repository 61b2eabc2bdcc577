import type { ListKind } from '../../shared/contract/quality.ts';
import type { Row } from '../../shared/web/block-table.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import { count, day, element, productLabel, table } from '../dom.ts';
import { addressOf, type UserOrProduct } from './address.ts';
import { type AskedUser, CannotAsk, isLikePseudonym } from './ask-user.ts';
import type { ProductPage, UserPage } from './bucket.ts';
import type { RunTables } from './lookup.ts';
import { signInButton } from './sign-in-button.ts';

type Names = Row<unknown>['names'];

const labelOf = (product: string, names: Names): string =>
  productLabel({ product, name: names.get(product) ?? null });

const productLink = (product: string, names: Names): HTMLElement =>
  element('a', { href: addressOf({ kind: 'product', id: product }) }, labelOf(product, names));

/** Shows everything that a run has about a user or a product. */
export const details = async (
  { run, tables }: RunTables,
  { kind, id }: UserOrProduct,
): Promise<HTMLElement> =>
  kind === 'user'
    ? userOrReason({ run, tables }, id)
    : productDetails(id, await tables.products.get(id), run);

/** Shows a user, or the reason why the API cannot be asked. */
async function userOrReason({ run, tables }: RunTables, id: string): Promise<HTMLElement> {
  try {
    const found = await userOf({ run, tables }, id);
    return found ? userDetails(id, found.row, found.run) : notFound('user', id, run);
  } catch (error) {
    if (!(error instanceof CannotAsk)) throw error;
    return element(
      'section',
      { 'aria-label': `User ${id}` },
      element('h3', {}, `User ${id}`),
      element('p', {}, error.message),
      ...signInButton(error),
    );
  }
}

/** Reads a user from the files of the run. If those have pseudonyms and the text is not one of them, asks the API. */
async function userOf(
  { run, tables: { users, askUser } }: RunTables,
  id: string,
): Promise<AskedUser | undefined> {
  const row = askUser && !isLikePseudonym(id) ? undefined : await users.get(id);
  return row ? { run, row } : askUser?.(id);
}

/** A user's two lists, each recommendation with its reasons, and the purchases. */
function userDetails(user: string, { value: page, names }: Row<UserPage>, run: number): HTMLElement {
  return element(
    'section',
    { 'aria-label': `User ${user}` },
    element('h3', {}, `User ${user}`),
    element('p', { class: 'soft' }, `Data of run ${run}.`),
    element('div', { class: 'pair' }, list('any', page.any, names), list('new', page.new, names)),
    element('h4', {}, purchasesTitle(page)),
    page.history.length === 0
      ? element('p', { class: 'soft' }, 'No purchases that count for the recommendations.')
      : table(
          `Purchases of ${user}`,
          ['Product', 'Times', 'Last'],
          page.history.map((row) => [productLink(row.product, names), count(row.times), day(row.lastMs)]),
          [1, 2],
        ),
  );
}

const purchasesTitle = ({ history, products }: UserPage): string =>
  history.length < products
    ? `Purchases, the newest ${history.length} of ${count(products)} products`
    : 'Purchases, newest first';

function list(kind: ListKind, rows: UserPage['any'], names: Names): HTMLElement {
  return element(
    'div',
    {},
    element('h4', {}, LIST_NAMES[kind]),
    rows.length === 0
      ? element('p', { class: 'soft' }, 'No recommendations.')
      : table(
          LIST_NAMES[kind],
          ['Rank', 'Product', 'Because of'],
          rows.map((row, index) => [
            String(index + 1),
            productLink(row.product, names),
            reasons(row.because, names),
          ]),
          [0],
        ),
  );
}

function reasons(causes: UserPage['any'][number]['because'], names: Names): Node {
  if (causes.length === 0) return element('span', { class: 'soft' }, 'popular now');
  const items = causes.map(({ product, share }) => {
    // There is room for the name only; the linked page shows the id.
    const link = element(
      'a',
      { href: addressOf({ kind: 'product', id: product }) },
      names.get(product) ?? product,
    );
    return element('li', {}, `${share < 0.01 ? '<1' : Math.round(100 * share)}\u00a0% `, link);
  });
  return element('ul', { class: 'reasons' }, ...items);
}

/** A product's sales and the products similar to it. */
function productDetails(product: string, row: Row<ProductPage> | undefined, run: number): HTMLElement {
  if (!row) return notFound('product', product, run);
  const { value: page, names } = row;
  const facts: readonly (readonly [string, string])[] = [
    ['Buyers', count(page.buyers)],
    ['Sales', count(page.sales)],
    ['First sale', day(page.firstMs)],
    ['Last sale', day(page.lastMs)],
    [`In ${LIST_NAMES.any} of`, users(page.recommendedAny)],
    [`In ${LIST_NAMES.new} of`, users(page.recommendedNew)],
    ['Community', page.community === null ? '–' : String(page.community)],
  ];
  return element(
    'section',
    { 'aria-label': `Product ${product}` },
    element('h3', {}, labelOf(product, names)),
    element('p', { class: 'soft' }, `Data of run ${run}.`),
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
          ['Rank', 'Product', 'Similarity'],
          page.similar.map((other, index) => [
            String(index + 1),
            productLink(other.product, names),
            other.score.toFixed(3),
          ]),
          [0, 2],
        ),
  );
}

const users = (number: number): string => `${count(number)} user${number === 1 ? '' : 's'}`;

const notFound = (kind: string, id: string, run: number): HTMLElement =>
  element('p', {}, `There is no ${kind} ${id} in run ${run}.`);

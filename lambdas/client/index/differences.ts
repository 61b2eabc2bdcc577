import { numberInKey } from '../../shared/contract/keys.ts';
import { percent } from '../../shared/contract/numbers.ts';
import type { Diff } from '../../shared/contract/summaries.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import { count, element, productLabel, table } from '../dom.ts';
import { addressOf } from './address.ts';

/** A summary of the changes since the run trained before this one, served or not; the run's own page has all of them. */
export function differences({ run, previous, changes, reason }: Diff): HTMLElement[] {
  const title = (text: string): HTMLElement => element('h2', { id: 'differences-title' }, text);
  if (!previous)
    return [
      title('Changes since the previous run'),
      element('p', {}, `Run ${run} is the first run; there is nothing to compare it with.`),
    ];
  const heading = title(`Changes since run ${previous.run}, trained before it`);
  if (!changes) {
    const cause = reason ? `: ${reason}` : '';
    return [heading, element('p', {}, `Run ${run} cannot be compared with run ${previous.run}${cause}.`)];
  }
  const { edges, churn, exposure, totals } = changes;
  const churned = churn.any
    ? ` On average ${percent(churn.any.mean, 1)} of a user’s ${LIST_NAMES.any} changed.`
    : '';
  const users = totals
    ? ` ${LIST_NAMES.any} have other products for ${count(totals.any.users.changed)} of ${count(totals.any.users.compared)} users.`
    : '';
  return [
    heading,
    element(
      'p',
      {},
      `Since run ${previous.run}: ${count(edges.added)} recommendations added, ${count(edges.removed)} removed, ${count(edges.kept)} kept.${users}${churned} `,
      element('a', { href: `${numberInKey(run)}/index.html#difference` }, 'All changes'),
    ),
    element(
      'div',
      { class: 'pair' },
      products('Products in more lists', exposure.gained),
      products('Products in fewer lists', exposure.lost),
    ),
  ];
}

const MAX_PRODUCTS = 5;

function products(
  title: string,
  rows: readonly { product: string; name: string | null; before: number; now: number }[],
): HTMLElement {
  return element(
    'div',
    {},
    element('h3', {}, title),
    rows.length === 0
      ? element('p', { class: 'soft' }, 'None.')
      : table(
          title,
          ['Product', 'Before', 'Now'],
          rows
            .slice(0, MAX_PRODUCTS)
            .map((row) => [
              element('a', { href: addressOf({ kind: 'product', id: row.product }) }, productLabel(row)),
              count(row.before),
              count(row.now),
            ]),
          [1, 2],
        ),
  );
}

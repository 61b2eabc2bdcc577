import { numberInKey } from '../../shared/contract/keys.ts';
import { percent } from '../../shared/contract/numbers.ts';
import type { Diff } from '../../shared/contract/summaries.ts';
import { count, element, productLabel, table } from '../dom.ts';
import { linkTo } from './subject.ts';

/** What changed since the newest run trained before, served or not, in short; the run's own page tells the rest. */
export function differences({ run, previous, changes, reason }: Diff): HTMLElement[] {
  const title = (text: string): HTMLElement => element('h2', { id: 'differences-title' }, text);
  if (!previous)
    return [
      title('Against the run before'),
      element('p', {}, `There is nothing to compare run ${run} with.`),
    ];
  const against = title(`Against run ${previous.run}, the one trained before it`);
  if (!changes) {
    const why = reason ? `: ${reason}` : '';
    return [against, element('p', {}, `Run ${run} cannot be compared with run ${previous.run}${why}.`)];
  }
  const { edges, churn, exposure } = changes;
  const churned = churn.any
    ? ` On average ${percent(churn.any.mean, 1)} of a user’s list any is other than in run ${previous.run}.`
    : '';
  return [
    against,
    element(
      'p',
      {},
      `Since run ${previous.run}: ${count(edges.added)} recommendations added, ${count(edges.removed)} removed, ${count(edges.kept)} kept.${churned} `,
      element('a', { href: `${numberInKey(run)}/index.html#difference` }, 'All differences'),
    ),
    element(
      'div',
      { class: 'pair' },
      products('In more lists', exposure.gained),
      products('In fewer lists', exposure.lost),
    ),
  ];
}

const MOST = 5;

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
            .slice(0, MOST)
            .map((row) => [
              element('a', { href: linkTo({ kind: 'product', id: row.product }) }, productLabel(row)),
              count(row.before),
              count(row.now),
            ]),
          [1, 2],
        ),
  );
}

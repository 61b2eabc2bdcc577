import { numberInKey } from '../../shared/contract/keys.ts';
import { signed } from '../../shared/contract/numbers.ts';
import { LIST_KINDS } from '../../shared/contract/quality.ts';
import { type Diff, KEPT_CHANGES } from '../../shared/contract/summaries.ts';
import {
  count,
  factList,
  type Html,
  html,
  NOTHING,
  percent,
  productLabel,
  table,
  time,
} from '../../shared/web/html.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import type { PageData } from './data.ts';

type Changes = NonNullable<Diff['changes']>;

/** Returns the heading. The changes are between two trained runs, not between what users were shown. */
export const changesTitle = ({ diff: { previous } }: PageData): string =>
  previous ? `Changes since run ${previous.run}, trained before it` : 'Changes since the previous run';

/** The changes since the run trained before this one, which may never have been served. */
export function changes({ diff }: PageData): Html {
  if (!diff.previous) return html`<p>This is the first run; there is nothing to compare it with.</p>`;
  const { previous, changes: found, reason } = diff;
  const since = html`run <a href="../${numberInKey(previous.run)}/index.html">${previous.run}</a>, whose newest sale is from ${time(previous.asOfMs)}`;
  if (!found)
    return html`<p>This run cannot be compared with ${since}${reason === null ? NOTHING : html`: ${reason}`}.</p>`;
  return html`<p>Compared with ${since}.</p>
${factList([
  ['Recommendations kept', count(found.edges.kept)],
  ['Recommendations added', count(found.edges.added)],
  ['Recommendations removed', count(found.edges.removed)],
  ['New users', count(found.vertices.new.users)],
  ['New products', count(found.vertices.new.products)],
  ['Users removed', count(found.vertices.gone.users)],
  ['Products removed', count(found.vertices.gone.products)],
  ...LIST_KINDS.flatMap((list) => {
    const churn = found.churn[list];
    return churn ? [[`Mean change of a user’s ${LIST_NAMES[list]}`, percent(churn.mean)] as const] : [];
  }),
])}
${totalsTable(found.totals)}
${churnTable(found.churn)}
<div class="pair">
${exposure(`Products in more lists than before (${shownOf(found.exposure.gained, found.exposure.products?.gained)})`, found.exposure.gained)}
${exposure(`Products in fewer lists than before (${shownOf(found.exposure.lost, found.exposure.products?.lost)})`, found.exposure.lost)}
</div>`;
}

/** @param all Number of products that changed; undefined in runs of versions that did not count them. */
const shownOf = (shown: readonly unknown[], all: number | undefined): string =>
  all === undefined ? `at most ${KEPT_CHANGES}` : `${count(shown.length)} of ${count(all)}`;

/** The changes of both lists over all users and products, of which the rest of the section shows the largest. */
const totalsTable = (totals: Changes['totals']): Html =>
  totals === null
    ? NOTHING
    : table({
        label: 'What changed, over all users and products',
        header: [
          'List',
          'Users with other products',
          'Users with a list for the first time',
          'Users without a list now',
          'Mean overlap',
          'Products that entered',
          'Products that left',
          'Products that stayed',
        ],
        rows: LIST_KINDS.map((list) => {
          const { users, overlap, products } = totals[list];
          return [
            LIST_NAMES[list],
            `${count(users.changed)} of ${count(users.compared)}`,
            count(users.added),
            count(users.gone),
            overlap === null ? '–' : percent(overlap),
            count(products.entered),
            count(products.left),
            count(products.stayed),
          ];
        }),
        numbers: [1, 2, 3, 4, 5, 6, 7],
      });

const TENTHS = Array.from({ length: 11 }, (_, index) =>
  index === 0 ? 'none' : `over ${10 * (index - 1)} to ${10 * index} %`,
);

function churnTable(churn: Changes['churn']): Html {
  const measured = LIST_KINDS.flatMap((list) => {
    const change = churn[list];
    return change ? [{ list, change }] : [];
  });
  if (measured.length === 0) return html`<p class="soft">No user had a list in both runs.</p>`;
  return html`<details><summary>How much of a user’s list changed</summary>
${table({
  label: 'Number of users by the share of their list that changed',
  header: [
    'Changed share of the list',
    ...measured.map(({ list, change }) => `${LIST_NAMES[list]}: users (of ${count(change.users)})`),
  ],
  rows: TENTHS.map((name, index) => [
    name,
    ...measured.map(({ change }) => count(change.shares[index] ?? 0)),
  ]),
  numbers: measured.map((_, index) => index + 1),
})}</details>`;
}

const exposure = (title: string, rows: Changes['exposure']['gained']): Html => html`<div><h3>${title}</h3>
${
  rows.length === 0
    ? html`<p class="soft">None.</p>`
    : table({
        label: title,
        header: ['Product', 'Before', 'Now', 'Change'],
        rows: rows.map((row) => [
          productLabel(row),
          count(row.before),
          count(row.now),
          signed(row.now - row.before, 0),
        ]),
        numbers: [1, 2, 3],
      })
}</div>`;

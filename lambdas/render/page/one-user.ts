import type { ListKind } from '../../shared/contract/quality.ts';
import type { UserSummary } from '../../shared/contract/summaries.ts';
import { type Html, html, NOTHING, productLabel, table } from '../../shared/web/html.ts';
import { LIST_NAMES } from '../../shared/web/lists.ts';
import type { PageData } from './data.ts';

/** One user as an example; the explorer of the index page shows every user. */
export const oneUser = ({ users: [first] }: PageData): Html => (first ? lists(first) : NOTHING);

function lists({ user, bought, recommended }: UserSummary['users'][number]): Html {
  const ofList = (list: ListKind) => recommended.filter((row) => row.list === list);
  return html`<p>Newest purchases of ${user}: ${bought.map(productLabel).join(', ')}</p>
${table({
  label: `Recommendations for ${user}`,
  header: ['Rank', LIST_NAMES.any, LIST_NAMES.new],
  rows: ofList('any').map((row, index) => {
    const discovery = ofList('new')[index];
    return [row.rank, productLabel(row), discovery ? productLabel(discovery) : '–'];
  }),
  numbers: [0],
})}
<p class="soft">The <a href="../index.html#user=${encodeURIComponent(user)}">explorer</a> shows every user. The link works where the bucket is served.</p>`;
}

import type { ListKind } from '../../shared/contract/quality.ts';
import type { UserSummary } from '../../shared/contract/summaries.ts';
import { type Html, html, NOTHING, productLabel, table } from '../../shared/web/html.ts';
import type { PageData } from './data.ts';

/** One user as an example; the explorer of the index page shows all. */
export const oneUser = ({ users: [first] }: PageData): Html => (first ? lists(first) : NOTHING);

function lists({ user, bought, recommended }: UserSummary['users'][number]): Html {
  const listed = (list: ListKind) => recommended.filter((row) => row.list === list);
  return html`<p>${user} bought last: ${bought.map(productLabel).join(', ')}</p>
${table({
  label: `What ${user} is recommended`,
  header: ['Rank', 'Any', 'New'],
  rows: listed('any').map((row, index) => {
    const fresh = listed('new')[index];
    return [row.rank, productLabel(row), fresh ? productLabel(fresh) : '–'];
  }),
  numbers: [0],
})}
<p class="soft">Any may include what the user has bought; new does not. Every user: <a href="../index.html#user=${encodeURIComponent(user)}">the explorer</a>, where this page is served.</p>`;
}

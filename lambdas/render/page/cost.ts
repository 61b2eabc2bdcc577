import { costTable } from '../../shared/web/cost-table.ts';
import { type Html, html } from '../../shared/web/html.ts';
import type { PageData } from './data.ts';

/** Shows the costs of the runs before this one. The bill of this run comes after its page was drawn. */
export const cost = ({ costs, manifest: { run } }: PageData): Html =>
  html`<p class="soft">The runs before run ${run}. The bill of run ${run} comes after this page was drawn; the index page and the page of the next run show it.</p>
${costTable(costs)}`;

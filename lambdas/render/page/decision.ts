import { counted } from '../../shared/contract/numbers.ts';
import {
  BASELINES,
  type Comparison,
  type Gate,
  LIST_KINDS,
  type ListKind,
} from '../../shared/contract/quality.ts';
import { count, type Html, html, NOTHING, table } from '../../shared/web/html.ts';
import { LIST_NAMES, withListNames } from '../../shared/web/lists.ts';
import type { PageData } from './data.ts';
import { difference, interval } from './quality-numbers.ts';

/** The decision about the run, and the numbers that it is based on. */
export function decision({ manifest, runs }: PageData): Html {
  const own = runs.find(({ run }) => run === manifest.run);
  return html`${own?.decision ? verdict(own.decision, own.reason ?? '') : html`<p>No decision had been made when this page was drawn. A newer run may have been decided first, or publish has not evaluated this run yet.</p>`}
${gateNumbers(manifest.gate)}
${afterwards(manifest.afterwards)}`;
}

const verdict = (outcome: string, reason: string): Html =>
  html`<p><span class="${outcome === 'promoted' ? 'good' : 'bad'}">${outcome === 'promoted' ? '✓' : '✗'} ${outcome}</span>: ${withListNames(reason)}</p>`;

function gateNumbers(gate: Gate | null): Html {
  if (!gate)
    return html`<p class="soft">No sales could be held out, so there are no numbers to decide by.</p>`;
  const rows = LIST_KINDS.flatMap((list) => {
    const comparison = gate[list];
    return comparison ? [row(list, comparison)] : [];
  });
  return html`${table({
    label: 'Numbers behind the decision',
    header: [
      'List',
      'Ranked by',
      'Best baseline',
      'Compared with the baseline',
      'Compared with the served run',
      'The same, where that run has a list',
      'Users',
    ],
    rows,
    numbers: [3, 4, 5, 6],
  })}
<p class="soft">Each number is the mean difference in NDCG@10 per user, with its 95 % interval; above 0 this run is better. A user to whom the served run gives no list counts with 0 for that run.${gate.served === null ? ' There was no served run to compare with.' : ` The served run was run ${gate.served}.`}</p>`;
}

const RANKERS: Readonly<Record<string, string>> = {
  ...BASELINES,
  trees: 'trees',
  matrixFactorisation: 'matrix factorisation',
  coPurchase: 'co-purchase',
};

const row = (
  list: ListKind,
  { orderedBy, baseline, overBaseline, overServed, overServedLists }: Comparison,
) => [
  LIST_NAMES[list],
  RANKERS[orderedBy] ?? orderedBy,
  BASELINES[baseline],
  difference(overBaseline),
  overServed ? difference(overServed) : '–',
  overServedLists ? `${difference(overServedLists)}, ${counted(overServedLists.n, 'user')}` : '–',
  count(overBaseline.n),
];

function afterwards(after: PageData['manifest']['afterwards']): Html {
  if (!after) return NOTHING;
  const rows = LIST_KINDS.flatMap((list) => {
    const metric = after[list];
    return metric ? [[LIST_NAMES[list], interval(metric), count(metric.n)]] : [];
  });
  return html`<h3>How well run ${after.run} predicted the newest sales of window ${after.window}</h3>
<p class="soft">Run ${after.run} had not been trained on these sales.</p>
${table({ label: 'The served run on these sales', header: ['List', 'NDCG@10', 'Users'], rows, numbers: [1, 2] })}`;
}

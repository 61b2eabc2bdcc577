import { signed } from '../../shared/contract/numbers.ts';
import {
  BASELINES,
  type Comparison,
  type Gate,
  LIST_KINDS,
  type Metric,
} from '../../shared/contract/quality.ts';
import { count, type Html, html, NOTHING, table } from '../../shared/web/html.ts';
import type { PageData } from './data.ts';
import { interval } from './quality.ts';

/** What was decided about the run, and the numbers that it was decided by. */
export function decision({ manifest, runs }: PageData): Html {
  const own = runs.find(({ run }) => run === manifest.run);
  const { decision: what, reason } = own ?? {};
  return html`${what ? verdict(what, reason ?? '') : html`<p>There was no decision when this page was drawn: a newer run was decided before this one was ready, or nobody has asked yet.</p>`}
${gateNumbers(manifest.gate)}
${afterwards(manifest.afterwards)}`;
}

const verdict = (what: string, reason: string): Html =>
  html`<p><span class="${what === 'promoted' ? 'good' : 'bad'}">${what === 'promoted' ? '✓' : '✗'} ${what}</span>: ${reason}</p>`;

function gateNumbers(gate: Gate | null): Html {
  if (!gate) return html`<p class="soft">Nothing was held out, so there are no numbers to decide by.</p>`;
  const rows = LIST_KINDS.flatMap((list) => {
    const comparison = gate[list];
    return comparison ? [row(list, comparison)] : [];
  });
  return html`${table({
    label: 'Numbers that the gate decides by',
    header: ['List', 'Ordered by', 'Best baseline', 'Over the baseline', 'Over the served run', 'Users'],
    rows,
    numbers: [3, 4, 5],
  })}
<p class="soft">Differences in NDCG@10, user by user, with their 95 % interval: above 0 this run is better.${gate.served === null ? ' It was compared with no served run.' : ` The served run was run ${gate.served}.`}</p>`;
}

const ORDERS: Readonly<Record<string, string>> = {
  ...BASELINES,
  trees: 'trees',
  matrixFactorisation: 'matrix factorisation',
};

const row = (list: string, { orderedBy, baseline, overBaseline, overServed }: Comparison) => [
  list,
  ORDERS[orderedBy] ?? orderedBy,
  BASELINES[baseline],
  difference(overBaseline),
  overServed ? difference(overServed) : '–',
  count(overBaseline.n),
];

/** +0.020 (+0.010 to +0.030) */
export const difference = ({ value, low, high }: Metric): string =>
  `${signed(value)} (${signed(low)} to ${signed(high)})`;

function afterwards(after: PageData['manifest']['afterwards']): Html {
  if (!after) return NOTHING;
  const rows = LIST_KINDS.flatMap((list) => {
    const metric = after[list];
    return metric ? [[list, interval(metric), count(metric.n)]] : [];
  });
  return html`<h3>How run ${after.run} did on the sales of window ${after.window}</h3>
<p class="soft">It was served while they were made, and had not seen them.</p>
${table({ label: 'The served run on these sales', header: ['List', 'NDCG@10', 'Users'], rows, numbers: [1, 2] })}`;
}

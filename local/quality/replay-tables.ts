import { LIST_KINDS } from '../../lambdas/shared/contract/quality.ts';
import type { Replayed } from './replay.ts';
import {
  type Comparison,
  compare,
  GROUPS,
  type Group,
  type ScoredBasket,
  SIDES,
  type Side,
} from './replay-score.ts';

/** The rows of a table: the groups, one at a time and together. */
const ROWS: readonly { readonly title: string; readonly groups: readonly Group[] }[] = [
  ...(Object.keys(GROUPS) as Group[]).map((group) => ({ title: GROUPS[group], groups: [group] })),
  { title: 'known to the run', groups: ['unchanged', 'returned'] },
  { title: 'new since the run', groups: ['unknown', 'begun'] },
  { title: '**all**', groups: Object.keys(GROUPS) as Group[] },
];

const OTHERS = (Object.keys(SIDES) as Side[]).filter((side) => side !== 'live');

/** Returns a Markdown table of NDCG@10 by list and group, with a column per side. */
export const replayTable = ({ baskets }: Replayed): string =>
  tableOf(
    ['list', 'baskets of users', 'baskets', 'users', ...Object.values(SIDES)],
    baskets,
    ({ baskets: count, users, mean }) => [
      count,
      users,
      ...(Object.keys(SIDES) as Side[]).map((side) => mean[side].toFixed(4)),
    ],
  );

/** Returns a Markdown table of what answers gain over each other side, with intervals. */
export const gainTable = ({ baskets }: Replayed): string =>
  tableOf(['list', 'baskets of users', ...OTHERS.map((side) => `over ${SIDES[side]}`)], baskets, ({ gain }) =>
    OTHERS.map((side) => signed(gain[side])),
  );

function tableOf(
  titles: readonly string[],
  baskets: readonly ScoredBasket[],
  cellsOf: (comparison: Comparison) => readonly (string | number)[],
): string {
  const rows = LIST_KINDS.flatMap((list) =>
    ROWS.flatMap(({ title, groups }) => {
      const comparison = compare(
        baskets.filter((basket) => basket.list === list && groups.includes(basket.group)),
      );
      return comparison ? [[list, title, ...cellsOf(comparison)]] : [];
    }),
  );
  const lines = [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}

const signed = ({ value, low, high }: Comparison['gain'][Side]): string =>
  `${plus(value)} (${plus(low)} to ${plus(high)})`;

const plus = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;

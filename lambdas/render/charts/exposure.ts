import { counted, grouped, percent } from '../../shared/contract/numbers.ts';
import { type Diff, KEPT_CHANGES } from '../../shared/contract/summaries.ts';
import { bars } from './bars.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';
import { withoutPlot } from './frame.ts';
import { shortened } from './text.ts';
import { COLOURS } from './theme.ts';

/** Which products gained and lost lists since the run before? Bars to the right and to the left. */
export const exposure: Chart = {
  describe({ diff: { previous, changes, reason } }) {
    if (!previous) return 'No earlier run to compare with.';
    if (!changes)
      return `No differences: it cannot be compared with run ${previous.run}${reason === null ? '' : `: ${reason}`}.`;
    const { gained, lost } = changes.exposure;
    return `Lists won and lost since run ${previous.run}: ${those(gained, 'gained')}; ${those(lost, 'lost')}.`;
  },

  draw(run) {
    const { previous, changes } = run.diff;
    const frame = { title: title(run), description: exposure.describe(run) };
    const rows = changes ? rowsOf(changes) : [];
    if (!previous || !changes || rows.length === 0)
      return withoutPlot({ ...frame, notes: [subtitle(run), ...leftOut(run)] });
    return bars(
      {
        ...frame,
        notes: [
          subtitle(run),
          `Lists (any) that a product stands in: then → now. Shown: the largest changes, at most ${SHOWN} each way.`,
          ...leftOut(run),
        ],
        key: [
          { text: 'gained', shape: 'square', fill: COLOURS.more },
          { text: 'lost', shape: 'square', fill: COLOURS.less },
        ],
        scale: `change since run ${previous.run}, lists`,
      },
      rows,
    );
  },
};

const SHOWN = 10;
type Changes = NonNullable<Diff['changes']>;
type Change = Changes['exposure']['gained'][number];

const nameOf = ({ name, product }: Change): string => shortened(name ?? product, 60);

const those = (changed: readonly Change[], what: 'gained' | 'lost'): string =>
  `${
    changed.length < KEPT_CHANGES
      ? `${counted(changed.length, 'product')} that ${what}`
      : `the ${KEPT_CHANGES} products that ${what} most`
  }, first ${best(changed)}`;

function best([first]: readonly Change[]): string {
  return first ? `${nameOf(first)} (${grouped(first.before)} → ${grouped(first.now)})` : 'none';
}

const rowsOf = ({ exposure: { gained, lost } }: Changes) =>
  [...gained.slice(0, SHOWN), ...lost.slice(0, SHOWN).toReversed()].map((change) => {
    const fill = change.now >= change.before ? COLOURS.more : COLOURS.less;
    return {
      name: nameOf(change),
      value: change.now - change.before,
      label: `${grouped(change.before)} → ${grouped(change.now)}`,
      fill,
      stroke: fill,
    };
  });

function title({ diff: { previous, changes } }: RunData): string {
  if (!previous) return 'The first run: nothing to compare with';
  if (!changes) return `Cannot be compared with run ${previous.run}`;
  const { edges, churn } = changes;
  if (edges.added + edges.removed === 0) return `No list changed since run ${previous.run}`;
  const changed = churn.any
    ? `On average ${percent(churn.any.mean)} of a user’s list any is new since run ${previous.run}`
    : `No user had a list any in run ${previous.run} and in this one`;
  return `${changed}${furthest(changes.exposure)}`;
}

/** The product that gained most lists; where none did, the one that lost most. */
function furthest({ gained: [gained], lost: [lost] }: Changes['exposure']): string {
  if (gained) return `; ${shortened(nameOf(gained), 32)} gained most`;
  return lost ? `; ${shortened(nameOf(lost), 32)} lost most` : '';
}

function leftOut({ diff: { previous, changes } }: RunData): string[] {
  if (!previous || !changes) return [];
  const { edges, vertices, churn } = changes;
  const over = churn.any
    ? [`The average is over the ${counted(churn.any.users, 'user')} who had a list in both runs.`]
    : [];
  return [
    ...over,
    `Both lists together: ${counted(edges.added, 'recommendation')} added, ${grouped(edges.removed)} removed, ${grouped(edges.kept)} kept. New: ${counted(vertices.new.users, 'user')}, ${counted(vertices.new.products, 'product')}; gone: ${grouped(vertices.gone.users)} and ${grouped(vertices.gone.products)}.`,
  ];
}

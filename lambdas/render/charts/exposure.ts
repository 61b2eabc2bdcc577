import { counted, grouped, percent } from '../../shared/contract/numbers.ts';
import { type Diff, KEPT_CHANGES } from '../../shared/contract/summaries.ts';
import { bars } from '../drawing/bars.ts';
import { withoutPlot } from '../drawing/frame.ts';
import { shortName } from '../drawing/text.ts';
import { COLOURS } from '../drawing/theme.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';

/** Which products are in more lists than in the run before, and which in fewer? Bars to the right and to the left. */
export const exposure: Chart = {
  question: 'Which products are in more lists than in the run before, and which in fewer?',
  numbers: { section: 'difference' },

  describe({ diff: { previous, changes, reason } }) {
    if (!previous) return 'There is no earlier run to compare with.';
    if (!changes)
      return `No differences are known: this run cannot be compared with run ${previous.run}${reason === null ? '' : `: ${reason}`}.`;
    const { gained, lost, products } = changes.exposure;
    return `Changes in the number of users who have a product among their Top picks, since run ${previous.run}. In more lists: ${extremes(gained, products?.gained)}. In fewer lists: ${extremes(lost, products?.lost)}.`;
  },

  draw(run) {
    const { previous, changes } = run.diff;
    const frame = { title: title(run), description: exposure.describe(run) };
    const rows = changes ? rowsOf(changes) : [];
    if (!previous || rows.length === 0)
      return withoutPlot({ ...frame, notes: [subtitle(run), ...totals(run)] });
    return bars(
      {
        ...frame,
        notes: [
          subtitle(run),
          `Users who have a product among their Top picks: before → now. Shown: the largest changes, at most ${SHOWN} each way.`,
          ...totals(run),
        ],
      },
      {
        kinds: [
          { kind: MORE, fill: COLOURS.more },
          { kind: FEWER, fill: COLOURS.less },
        ],
        scale: `change since run ${previous.run}, users`,
      },
      rows,
    );
  },
};

const SHOWN = 10;
const [MORE, FEWER] = ['in more lists', 'in fewer lists'];
type Changes = NonNullable<Diff['changes']>;
type Change = Changes['exposure']['gained'][number];

const nameOf = ({ name, product }: Change): string => shortName(name ?? product, 60);

/**
 * A run keeps at most {@link KEPT_CHANGES} products each way.
 *
 * @param all Number of products that changed; undefined in runs of versions that did not count them.
 */
function extremes(changed: readonly Change[], all: number | undefined): string {
  const [first] = changed;
  if (!first) return 'no product';
  const which =
    all !== undefined || changed.length < KEPT_CHANGES
      ? counted(all ?? changed.length, 'product')
      : `${KEPT_CHANGES} products or more`;
  return `${which}, most of all ${nameOf(first)} (${grouped(first.before)} → ${grouped(first.now)})`;
}

const rowsOf = ({ exposure: { gained, lost } }: Changes) =>
  [...gained.slice(0, SHOWN), ...lost.slice(0, SHOWN).toReversed()].map((change) => ({
    name: nameOf(change),
    value: change.now - change.before,
    label: `${grouped(change.before)} → ${grouped(change.now)}`,
    kind: change.now >= change.before ? MORE : FEWER,
  }));

function title({ diff: { previous, changes } }: RunData): string {
  if (!previous) return 'This is the first run: nothing to compare it with';
  if (!changes) return `This run cannot be compared with run ${previous.run}`;
  const { edges, churn } = changes;
  if (edges.added + edges.removed === 0) return `No list has changed since run ${previous.run}`;
  const changed = churn.any
    ? `On average ${percent(churn.any.mean)} of a user’s Top picks are new since run ${previous.run}`
    : `No user had Top picks both in run ${previous.run} and in this run`;
  return `${changed}${furthest(changes.exposure)}`;
}

/** Names the product that gained most lists or, if none did, the one that lost most. */
function furthest({ gained: [gained], lost: [lost] }: Changes['exposure']): string {
  if (gained) return `; ${shortName(nameOf(gained), 32)} gained most`;
  return lost ? `; ${shortName(nameOf(lost), 32)} lost most` : '';
}

function totals({ diff: { previous, changes } }: RunData): string[] {
  if (!previous || !changes) return [];
  const { edges, vertices, churn } = changes;
  const over = churn.any
    ? [`The average is over the ${counted(churn.any.users, 'user')} who had a list in both runs.`]
    : [];
  return [
    ...over,
    `Top picks and Discoveries together: ${counted(edges.added, 'recommendation')} added, ${grouped(edges.removed)} removed, ${grouped(edges.kept)} kept. New: ${counted(vertices.new.users, 'user')}, ${counted(vertices.new.products, 'product')}. Gone: ${counted(vertices.gone.users, 'user')}, ${counted(vertices.gone.products, 'product')}.`,
  ];
}

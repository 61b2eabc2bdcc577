import { counted, grouped, percent, sum } from '../../shared/contract/numbers.ts';
import type { ProductSummary } from '../../shared/contract/summaries.ts';
import { count, productLabel, table } from '../../shared/web/html.ts';
import { bars } from '../drawing/bars.ts';
import { withoutPlot } from '../drawing/frame.ts';
import { shortName } from '../drawing/text.ts';
import { COLOURS } from '../drawing/theme.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';

/**
 * Which products do we recommend most, and are they bestsellers anyway? A bar per product, with its rank by number of
 * buyers.
 */
export const topProducts: Chart = {
  question: 'Which products do we recommend most, and are they bestsellers anyway?',
  onIndex: 'The products recommended most',

  describe({ products: { products, recommendations } }) {
    const [first] = products;
    if (!first || recommendations === 0) return 'No products are among the Top picks.';
    const top = products.slice(0, SHOWN);
    const share = sum(top.map(({ recommendedTo }) => recommendedTo)) / recommendations;
    const others = top.filter((row) => !isBestseller(row, top.length)).length;
    const found = others === 0 ? 'All of them are' : `${grouped(others)} of them ${isOrAre(others)} not`;
    return `The ${counted(top.length, 'most recommended product takes', 'most recommended products take')} ${percent(share)} of the Top picks. The first is ${shortName(first.name ?? first.product, 60)}, for ${counted(first.recommendedTo, 'user')}. ${found} among the ${grouped(top.length)} with the most buyers.`;
  },

  draw(run) {
    const top = run.products.products.slice(0, SHOWN);
    const frame = { title: title(run), description: topProducts.describe(run) };
    if (top.length === 0) return withoutPlot({ ...frame, notes: [subtitle(run)] });
    const bestseller = `bestseller: one of the ${top.length} with the most buyers`;
    const other = 'not a bestseller';
    return bars(
      {
        ...frame,
        notes: [
          subtitle(run),
          `A bar counts the users who have the product among their Top picks; “no.” is its rank by number of buyers. Shown: the ${grouped(top.length)} most recommended of ${counted(run.manifest.counts.products, 'product')}.`,
        ],
      },
      {
        kinds: [
          { kind: bestseller, fill: COLOURS.product },
          { kind: other, fill: COLOURS.discovery },
        ],
        stroke: COLOURS.productStroke,
        scale: 'users',
      },
      top.map((row) => ({
        name: row.name ?? row.product,
        value: row.recommendedTo,
        label: `${grouped(row.recommendedTo)} · no. ${grouped(row.salesRank)}`,
        kind: isBestseller(row, top.length) ? bestseller : other,
      })),
    );
  },

  numbers: {
    table: ({ products: { products } }) =>
      table({
        label: 'The products recommended most',
        header: ['Product', 'Users it is recommended to', 'Buyers', 'Sales rank'],
        rows: products.map((row) => [
          productLabel(row),
          count(row.recommendedTo),
          count(row.buyers),
          count(row.salesRank),
        ]),
        numbers: [1, 2, 3],
      }),
  },
};

const SHOWN = 20;

const isBestseller = ({ salesRank }: ProductSummary['products'][number], shown: number): boolean =>
  salesRank <= shown;

const isOrAre = (count: number): string => (count === 1 ? 'is' : 'are');

function title({ products: { products, recommendations } }: RunData): string {
  if (products.length === 0 || recommendations === 0) return 'Nothing is recommended yet';
  const top = products.slice(0, SHOWN);
  const others = top.filter((row) => !isBestseller(row, top.length)).length;
  if (top.length === 1) return `The product we recommend most is ${others === 0 ? '' : 'not '}a bestseller`;
  if (others === 0) return `All ${grouped(top.length)} products we recommend most are bestsellers`;
  return `${grouped(others)} of the ${grouped(top.length)} products we recommend most ${isOrAre(others)} not ${others === 1 ? 'a bestseller' : 'bestsellers'}`;
}

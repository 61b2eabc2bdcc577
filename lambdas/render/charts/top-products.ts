import { counted, grouped, percent } from '../../shared/contract/numbers.ts';
import type { ProductSummary } from '../../shared/contract/summaries.ts';
import { bars } from './bars.ts';
import { type Chart, type RunData, subtitle } from './chart.ts';
import { withoutPlot } from './frame.ts';
import { shortened } from './text.ts';
import { COLOURS } from './theme.ts';

const SHOWN = 20;

/** Which products does the model push most, and are they bestsellers anyway? A bar per product, beside its rank by sales. */
export const topProducts: Chart = {
  describe({ products: { products } }) {
    const [first] = products;
    if (!first) return 'No products are recommended in list any.';
    const top = products.slice(0, SHOWN);
    const fresh = top.filter((row) => isDiscovery(row, top.length));
    const found =
      fresh.length === 0
        ? 'All of them are'
        : `${grouped(fresh.length)} of them ${fresh.length === 1 ? 'is' : 'are'} not`;
    return `The ${counted(top.length, 'most recommended product')} of list any; first ${shortened(first.name ?? first.product, 60)}, to ${counted(first.recommendedTo, 'user')}. ${found} among the ${grouped(top.length)} most bought.`;
  },

  draw(run) {
    const top = run.products.products.slice(0, SHOWN);
    const frame = { title: title(run), description: topProducts.describe(run) };
    if (top.length === 0) return withoutPlot({ ...frame, notes: [subtitle(run)] });
    return bars(
      {
        ...frame,
        notes: [
          subtitle(run),
          `Users who have the product in their list (any), and the product's rank by buyers. Shown: the ${grouped(top.length)} most recommended of ${counted(run.manifest.counts.products, 'product')}.`,
        ],
        key: [
          {
            text: `blockbuster: one of the ${top.length} most bought`,
            shape: 'square',
            fill: COLOURS.product,
            stroke: COLOURS.productStroke,
          },
          { text: 'discovery: not', shape: 'square', fill: COLOURS.discovery, stroke: COLOURS.productStroke },
        ],
        scale: 'users',
      },
      top.map((row) => ({
        name: row.name ?? row.product,
        value: row.recommendedTo,
        label: `${grouped(row.recommendedTo)} · no. ${grouped(row.salesRank)}`,
        fill: isDiscovery(row, top.length) ? COLOURS.discovery : COLOURS.product,
        stroke: COLOURS.productStroke,
      })),
    );
  },
};

const isDiscovery = ({ salesRank }: ProductSummary['products'][number], shown: number): boolean =>
  salesRank > shown;

function title({ products: { products, recommendations } }: RunData): string {
  if (products.length === 0 || recommendations === 0) return 'Nothing is recommended yet';
  const top = products.slice(0, SHOWN);
  const share = top.reduce((sum, { recommendedTo }) => sum + recommendedTo, 0) / recommendations;
  const fresh = top.filter((row) => isDiscovery(row, top.length)).length;
  return `${counted(top.length, 'product takes', 'products take')} ${percent(share)} of the recommendations of list any; ${fresh === 0 ? 'all of them are' : `${grouped(fresh)} of them ${fresh === 1 ? 'is' : 'are'} not`} among the ${grouped(top.length)} most bought`;
}

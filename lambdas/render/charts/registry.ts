import type { Chart } from './chart.ts';
import { degrees } from './degrees.ts';
import { recommendationGraph } from './recommendation-graph.ts';
import { topProducts } from './top-products.ts';

/** Names of the charts, in the order of the page; each is a file `NAME.svg`, `NAME.png` and `NAME.vg.json`. */
export const CHART_NAMES = ['recommendation-graph', 'top-products', 'degrees'] as const;
export type ChartName = (typeof CHART_NAMES)[number];

export const CHARTS: Record<ChartName, Chart> = {
  'recommendation-graph': recommendationGraph,
  'top-products': topProducts,
  degrees,
};

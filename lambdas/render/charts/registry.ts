import type { Chart } from './chart.ts';
import { decision } from './decision.ts';
import { degrees } from './degrees.ts';
import { exposure } from './exposure.ts';
import { lorenz } from './lorenz.ts';
import { quality } from './quality.ts';
import { recommendationGraph } from './recommendation-graph.ts';
import { sales } from './sales.ts';
import { segments } from './segments.ts';
import { topProducts } from './top-products.ts';

/** Names of the charts, in the order of the page; each is a file `NAME.svg`, `NAME.png` and `NAME.vg.json`. */
export const CHART_NAMES = [
  'recommendation-graph',
  'top-products',
  'exposure',
  'lorenz',
  'degrees',
  'quality',
  'decision',
  'segments',
  'sales',
] as const;
export type ChartName = (typeof CHART_NAMES)[number];

export const CHARTS: Record<ChartName, Chart> = {
  'recommendation-graph': recommendationGraph,
  'top-products': topProducts,
  exposure,
  lorenz,
  degrees,
  quality,
  decision,
  segments,
  sales,
};

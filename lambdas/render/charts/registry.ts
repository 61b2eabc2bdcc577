import type { Chart } from './chart.ts';
import { cost } from './cost.ts';
import { decision } from './decision.ts';
import { degrees } from './degrees.ts';
import { exposure } from './exposure.ts';
import { lorenz } from './lorenz.ts';
import { quality } from './quality.ts';
import { recommendationGraph } from './recommendation-graph.ts';
import { sales } from './sales.ts';
import { segments } from './segments.ts';
import { topProducts } from './top-products.ts';

const REGISTRY = {
  'recommendation-graph': recommendationGraph,
  'top-products': topProducts,
  exposure,
  lorenz,
  degrees,
  quality,
  decision,
  segments,
  sales,
  cost,
} as const satisfies Readonly<Record<string, Chart>>;

export type ChartName = keyof typeof REGISTRY;

/** Every chart by the name of its files, in the order of the page. */
export const CHARTS: Readonly<Record<ChartName, Chart>> = REGISTRY;

export const CHART_NAMES = Object.keys(REGISTRY) as ChartName[];

import { Threshold } from '../../lambdas/threshold/settings.ts';
import { STACK } from './assumed.ts';

const { threshold, growth, maxWaitSeconds } = Threshold.parse({});

/** The defaults of `npm run cost`: the twelfth month of a shop, on a stack with its default configuration. */
export const DEFAULTS = {
  region: 'us-east-1',
  month: 12,
  recordBytes: 300,
  threshold,
  growth,
  maxWaitSeconds,
  salesPerMonth: 1e6,
  stream: 'serverless',
  pollers: 'on-demand',
  partitions: STACK.partitions,
  serve: true,
  requestsPerSale: 10,
} as const;

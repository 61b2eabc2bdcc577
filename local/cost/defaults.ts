import { Threshold } from '../../lambdas/threshold/settings.ts';

const { threshold, growth, maxWaitSeconds } = Threshold.parse({});

/** What is billed unless something else is asked for: a shop with a year behind it, configured by default. */
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
} as const;

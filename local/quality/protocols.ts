import type { Model } from '../../lambdas/shared/contract/model.ts';
import type { Metrics } from '../../lambdas/shared/contract/quality.ts';

/** One way of holding sales out, known to the job as a configuration and to bench/outside.py by its name. */
export interface Protocol {
  readonly title: string;
  readonly model: Partial<Model>;
  /** Whether the job has held out what it was asked to; a job that does not know an option passes it over. */
  readonly isHeldOut: (holdout: Metrics['holdout']) => boolean;
}

const MONTH_FROM_MS = Date.UTC(2011, 10, 9);

export const PROTOCOL_NAMES = ['A', 'B'] as const;
export type ProtocolName = (typeof PROTOCOL_NAMES)[number];

export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  A: {
    title: 'train before 2011-11-09, test on the month after it',
    model: { holdoutFromMs: MONTH_FROM_MS },
    isHeldOut: ({ fromMs }) => fromMs === MONTH_FROM_MS,
  },
  B: {
    title: 'the last basket of each user with at least three',
    model: { holdoutLastBasket: true },
    isHeldOut: ({ kind }) => kind === 'lastBasket',
  },
};

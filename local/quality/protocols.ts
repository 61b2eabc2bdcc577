import type { Model } from '../../lambdas/shared/contract/model.ts';
import type { Metrics } from '../../lambdas/shared/contract/quality.ts';

/** One way to hold out sales for measuring. The job gets it as a configuration, local/quality/outside.py by its name. */
export interface Protocol {
  readonly title: string;
  readonly model: Partial<Model>;
  /** Checks that the job held out what the protocol asks for: a job ignores options that it does not know. */
  readonly isHeldOut: (holdout: Metrics['holdout']) => boolean;
}

const TEST_FROM_MS = Date.UTC(2011, 10, 9);

export const PROTOCOL_NAMES = ['A', 'B'] as const;
export type ProtocolName = (typeof PROTOCOL_NAMES)[number];

export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  A: {
    title: 'train before 2011-11-09, test on the month after it',
    model: { holdoutFromMs: TEST_FROM_MS },
    isHeldOut: ({ fromMs }) => fromMs === TEST_FROM_MS,
  },
  B: {
    title: 'the last basket of each user with at least three',
    model: { holdoutLastBasket: true },
    isHeldOut: ({ kind }) => kind === 'lastBasket',
  },
};

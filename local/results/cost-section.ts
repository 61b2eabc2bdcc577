import { formatUsd } from '../../lambdas/shared/contract/money.ts';
import {
  describeWaiting,
  isMeasuredLocally,
  MEASURED_LOCALLY,
  partsOf,
} from '../../lambdas/shared/contract/run-cost.ts';
import type { Outcome } from './outcome.ts';
import { INDENT, wrap } from './wrap.ts';

const SHOWN_RUNS = 5;

/** Reports what the newest runs cost, in one line; empty before the first receipt. */
export function costSection({ costs }: Pick<Outcome, 'costs'>): string {
  const runs = costs.slice(-SHOWN_RUNS).map((cost) => `run ${cost.run} ${formatUsd(partsOf(cost).total)}`);
  if (runs.length === 0) return '';
  const note = isMeasuredLocally(costs) ? `. ${MEASURED_LOCALLY}` : '';
  return wrap(`Cost      ${runs.join(', ')}${note}`, INDENT);
}

/** Explains that a window waits for the next month; undefined if it does not. */
export function waitingProblem({ waiting }: Pick<Outcome, 'waiting'>, window: number): string | undefined {
  const found = waiting.find((each) => each.window === window);
  return found && describeWaiting(found);
}

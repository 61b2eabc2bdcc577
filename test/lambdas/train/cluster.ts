import type { JobUsage } from '../../../lambdas/shared/contract/receipt.ts';
import type { Attempt } from '../../../lambdas/shared/contract/schemas.ts';
import { isTerminal, type JobState, type Jobs } from '../../../lambdas/train/jobs.ts';

/** A service in memory that starts every job and keeps the requests. */
export interface FakeCluster extends Jobs {
  readonly states: Map<string, JobState>;
  readonly requests: Map<string, Attempt['request']>;
  /** The bills, by job; a job that is not in it is not billed yet. */
  readonly bills: Map<string, JobUsage>;
  /** Puts every running job into a terminal state. */
  endAll(state: JobState): void;
}

export function fakeCluster(): FakeCluster {
  const states = new Map<string, JobState>();
  const requests = new Map<string, Attempt['request']>();
  const bills = new Map<string, JobUsage>();
  return {
    states,
    requests,
    bills,
    async start(request) {
      const id = `job-${request.clientToken}`;
      requests.set(id, request);
      if (!states.has(id)) states.set(id, 'RUNNING');
      return id;
    },
    get: async (_, id) => ({
      state: states.get(id) ?? 'GONE',
      details: 'out of memory',
      usage: bills.get(id),
    }),
    async cancel(_, id) {
      states.set(id, 'CANCELLING');
    },
    endAll(state) {
      for (const [id, now] of states) if (!isTerminal(now)) states.set(id, state);
    },
  };
}

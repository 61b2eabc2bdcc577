import type { Attempt } from '../../../lambdas/shared/contract/schemas.ts';
import { isTerminal, type JobState, type Jobs } from '../../../lambdas/train/jobs.ts';

/** A service in memory that starts every job and keeps the requests. */
export interface FakeCluster extends Jobs {
  readonly states: Map<string, JobState>;
  readonly requests: Map<string, Attempt['request']>;
  /** Puts every running job into a terminal state. */
  endAll(state: JobState): void;
}

export function fakeCluster(): FakeCluster {
  const states = new Map<string, JobState>();
  const requests = new Map<string, Attempt['request']>();
  return {
    states,
    requests,
    async start(request) {
      const id = `job-${request.clientToken}`;
      requests.set(id, request);
      if (!states.has(id)) states.set(id, 'RUNNING');
      return id;
    },
    get: async (_, id) => ({ state: states.get(id) ?? 'GONE', details: 'out of memory' }),
    async cancel(_, id) {
      states.set(id, 'CANCELLING');
    },
    endAll(state) {
      for (const [id, now] of states) if (!isTerminal(now)) states.set(id, state);
    },
  };
}

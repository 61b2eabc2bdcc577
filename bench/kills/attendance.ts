import { setTimeout as sleep } from 'node:timers/promises';
import { invokeFunction } from '../../local/stack/call-function.ts';
import type { PipelineOwner } from './owner.ts';
import { WORKER_STAGES } from './plan.ts';
import { doubledJobs, jobsOf, processesOf } from './processes.ts';

/** `npm start` sweeps once a minute, so that a schedule would mostly wait. */
const SWEEP_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 500;

/** Sweeps more often than the stack does, and watches that no window has two jobs at once. */
export class Attendance {
  /** Sentences about what does not hold. */
  readonly problems: string[] = [];
  /** Errors of sweeps. */
  readonly failures: string[] = [];
  private readonly stopping = new AbortController();

  constructor(directory: string, owner: PipelineOwner) {
    void this.repeat(SWEEP_EVERY_MS, () => this.sweep(owner));
    void this.repeat(LOOK_EVERY_MS, async () => this.look(directory));
  }

  stop(): void {
    this.stopping.abort();
  }

  private async repeat(everyMs: number, act: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await act();
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async sweep(owner: PipelineOwner): Promise<void> {
    for (const stage of WORKER_STAGES) {
      const { current } = owner;
      if (!current || stage === 'accumulate' || this.stopping.signal.aborted) continue;
      try {
        await invokeFunction(current.endpoint, current.functions[stage], { sweep: true });
      } catch (error) {
        // It was killed, or the emulator was; the next sweep does its work.
        this.failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  }

  private look(directory: string): void {
    this.problems.push(...doubledJobs(jobsOf(processesOf(directory))));
  }
}

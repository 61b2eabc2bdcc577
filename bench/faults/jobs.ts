import type { Attempt } from '../../lambdas/shared/contract/schemas.ts';
import { isTerminal, type JobState, type Jobs } from '../../lambdas/train/jobs.ts';
import type { Adversary } from './adversary.ts';
import type { Process, Simulation } from './simulation.ts';

type JobRequest = Attempt['request'];

interface JobRun {
  readonly id: string;
  readonly request: JobRequest;
  state: JobState;
  process?: Process;
}

export interface JobServiceOptions {
  readonly simulation: Simulation;
  readonly adversary: Adversary;
  /** The program of the job. */
  readonly train: (process: Process, request: JobRequest) => Promise<unknown>;
  /** Called when a job has ended. */
  readonly onEnd: (jobRunId: string, state: JobState) => void;
  /** Called with a sentence if two attempts of one window run at the same time. */
  readonly onProblem: (problem: string) => void;
}

const MAX_START_MS = 60_000;
const MINUTE = 60_000;

/** EMR Serverless: it starts one job for each client token, and ends a job after its timeout. */
export class JobService {
  private readonly options: JobServiceOptions;
  private readonly runs = new Map<string, JobRun>();

  constructor(options: JobServiceOptions) {
    this.options = options;
  }

  /** Returns the client of a process, whose requests the adversary may disturb. */
  clientOf(process: Process): Jobs {
    const send = <Answer>(name: string, arrive: () => Answer): Promise<Answer> =>
      this.options.simulation.send(process, { name, arrive });
    return {
      start: (request) => send('start job', () => this.start(request)),
      get: (_, id) => send('get job', () => this.get(id)),
      cancel: (_, id) => send('cancel job', () => this.cancel(id)),
    };
  }

  private start(request: JobRequest): string {
    const { simulation, adversary, onProblem } = this.options;
    const id = `job-${request.clientToken}`;
    if (this.runs.has(id)) return id;
    const [, name = ''] = /^(window-\d+)-/.exec(request.name) ?? [];
    for (const other of this.runs.values())
      if (other.request.name.startsWith(`${name}-`) && !isTerminal(other.state))
        onProblem(`${request.name} begins while ${other.request.name} is ${other.state}`);
    const run: JobRun = { id, request, state: 'SUBMITTED' };
    this.runs.set(id, run);
    const isStuck = adversary.blocksJob();
    simulation.after(simulation.random.below(MAX_START_MS), () => this.begin(run, isStuck));
    simulation.after(request.executionTimeoutMinutes * MINUTE, () => this.end(run, 'FAILED'));
    return id;
  }

  private begin(run: JobRun, isStuck: boolean): void {
    if (run.state !== 'SUBMITTED') return;
    run.state = 'RUNNING';
    if (isStuck) return;
    const { simulation, train } = this.options;
    run.process = simulation.start(
      'job',
      (process) => train(process, run.request),
      ({ how }) => this.end(run, how === 'answered' ? 'SUCCESS' : 'FAILED'),
    );
  }

  private get(id: string): { state: JobState; details: string } {
    return { state: this.runs.get(id)?.state ?? 'GONE', details: '' };
  }

  private cancel(id: string): void {
    const run = this.runs.get(id);
    if (!run || isTerminal(run.state)) return;
    run.state = 'CANCELLING';
    const { simulation } = this.options;
    simulation.after(simulation.random.below(2 * MINUTE), () => this.end(run, 'CANCELLED'));
  }

  private end(run: JobRun, state: JobState): void {
    if (isTerminal(run.state)) return;
    run.state = state;
    run.process?.kill();
    this.options.onEnd(run.id, state);
  }
}

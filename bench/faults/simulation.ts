import { setImmediate as turn } from 'node:timers/promises';
import type { Random } from '../../local/shop/random.ts';

/** The programs that the adversary kills. */
export type Program = 'accumulate' | 'threshold' | 'train' | 'publish' | 'render' | 'job' | 'reader';

/** How a process ended. `killed`: without an answer, as by kill -9. */
export type End =
  | { readonly how: 'answered'; readonly answer: unknown }
  | { readonly how: 'failed'; readonly error: unknown }
  | { readonly how: 'killed' };

/** One run of a program. */
export interface Process {
  readonly program: Program;
  /** Number of requests that wait for an answer. */
  waiting: number;
  isOver: boolean;
  /** Ends the process at once: requests that were sent may still arrive. */
  kill(): void;
}

/**
 * What the adversary does to a request.
 *
 * - `refused`: it does not arrive, and the process sees an error.
 * - `answerLost`: it arrives, and the process sees an error.
 * - `repeated`: it arrives, its answer is lost, and the client sends it once more.
 * - `killedBefore`, `killedAfter`: the process is killed before or after the request arrives.
 * - `late`: the process is killed, and its request arrives up to two minutes later.
 */
export const FAULTS = ['refused', 'answerLost', 'repeated', 'killedBefore', 'killedAfter', 'late'] as const;
export type Fault = (typeof FAULTS)[number];

/** A request to a service: the bucket, or EMR Serverless. */
export interface Request<Answer> {
  /** What it does, for the adversary and its statistics: `write windows/`. */
  readonly name: string;
  /** Carries it out. @param isRepeat Whether the client sends it for the second time. */
  readonly arrive: (isRepeat: boolean) => Answer;
}

/** Chooses the fault of a request; undefined for none. */
export type ChooseFault = (process: Process, request: Request<unknown>) => Fault | undefined;

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

const MAX_LATENCY_MS = 200;
const MAX_LATE_MS = 120_000;

/**
 * A world in which time is simulated and the seed decides what happens first. The code of the stages runs as it is; between
 * two requests to a service a process takes no time.
 */
export class Simulation {
  nowMs: number;
  readonly random: Random;
  private readonly chooseFault: ChooseFault;
  private readonly running = new Set<Process>();
  private agenda: Entry[] = [];
  private entries = 0;

  constructor({
    startMs,
    random,
    chooseFault,
  }: {
    readonly startMs: number;
    readonly random: Random;
    readonly chooseFault: ChooseFault;
  }) {
    this.nowMs = startMs;
    this.random = random;
    this.chooseFault = chooseFault;
  }

  /** Does something after a delay. */
  after(delayMs: number, act: () => void): void {
    const entry = { atMs: this.nowMs + delayMs, order: this.entries++, act };
    const at = this.agenda.findLastIndex(({ atMs }) => atMs <= entry.atMs);
    this.agenda.splice(at + 1, 0, entry);
  }

  /** Runs the world for a while. */
  async run(durationMs: number): Promise<void> {
    const untilMs = this.nowMs + durationMs;
    for (let next = this.agenda[0]; next && next.atMs <= untilMs; next = this.agenda[0]) {
      this.agenda.shift();
      this.nowMs = next.atMs;
      next.act();
      await this.settle();
    }
    this.nowMs = untilMs;
  }

  /** Starts a process. @param onEnd Called once, when it ends. */
  start(program: Program, work: (process: Process) => Promise<unknown>, onEnd: (end: End) => void): Process {
    const end = (result: End): void => {
      if (process.isOver) return;
      process.isOver = true;
      this.running.delete(process);
      onEnd(result);
    };
    const process: Process = { program, waiting: 0, isOver: false, kill: () => end({ how: 'killed' }) };
    this.running.add(process);
    work(process).then(
      (answer) => end({ how: 'answered', answer }),
      (error: unknown) => end({ how: 'failed', error }),
    );
    return process;
  }

  /** Sends a request of a process. The promise of a process that was killed is never settled. */
  send<Answer>(process: Process, request: Request<Answer>): Promise<Answer> {
    if (process.isOver) return new Promise(() => undefined);
    process.waiting++;
    const fault = this.chooseFault(process, request);
    return new Promise((resolve, reject) =>
      this.after(1 + this.random.below(MAX_LATENCY_MS), () => {
        process.waiting--;
        const arrive = (isRepeat = false): void => {
          try {
            resolve(request.arrive(isRepeat));
          } catch (error) {
            reject(error);
          }
        };
        // A process that was killed in between had sent the request, which arrives or does not.
        if (process.isOver) return this.random.chance(0.5) ? ignore(() => request.arrive(false)) : undefined;
        if (fault === undefined) return arrive();
        if (fault === 'refused') return reject(unavailable(request.name));
        if (fault === 'killedBefore') return process.kill();
        if (fault === 'late') {
          process.kill();
          return this.after(this.random.below(MAX_LATE_MS), () => ignore(() => request.arrive(false)));
        }
        if (fault === 'repeated') {
          ignore(() => request.arrive(false));
          return arrive(true);
        }
        ignore(() => request.arrive(false));
        return fault === 'killedAfter' ? process.kill() : reject(unavailable(request.name));
      }),
    );
  }

  /** Waits until every process waits for an answer or has ended. */
  private async settle(): Promise<void> {
    do await turn();
    while ([...this.running].some(({ waiting }) => waiting === 0));
  }
}

/** Carries out a request and drops its answer, as if the answer were lost. */
function ignore(arrive: () => unknown): void {
  try {
    arrive();
  } catch {
    // The service refused it.
  }
}

const unavailable = (name: string): Error => new Error(`Cannot ${name}: the service does not answer`);

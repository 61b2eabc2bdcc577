import type { QueueResponse } from '../../lambdas/shared/platform/messages.ts';
import type { Adversary } from './adversary.ts';
import type { Process, Program, Simulation } from './simulation.ts';

interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly receives: number;
}

/** As lib/stage-queue.ts sets the queues up. */
const MAX_RECEIVES = 5;
const MAX_CONCURRENCY = 2;
const BATCH = 10;
const SECOND = 1000;

export interface QueueOptions {
  readonly simulation: Simulation;
  readonly adversary: Adversary;
  readonly program: Program;
  readonly gatherMs?: number;
  /** The function that the queue calls. */
  readonly handler: (process: Process, event: unknown) => Promise<unknown>;
}

/** The queue of a stage, its dead-letter queue, and Lambda's mapping between queue and function. */
export class StageQueue {
  readonly deadLetters: Message[] = [];
  private readonly options: QueueOptions;
  private waiting: Message[] = [];
  private active = 0;
  private sent = 0;

  constructor(options: QueueOptions) {
    this.options = options;
  }

  /** Sends a message, which the adversary may lose, double and delay. */
  send(kind: 'event' | 'sweep', body: object): void {
    const { simulation, adversary } = this.options;
    for (const delayMs of adversary.deliveries(kind)) {
      const message = { messageId: `m${this.sent++}`, body: JSON.stringify(body), receives: 0 };
      simulation.after(delayMs, () => this.enqueue(message));
    }
  }

  private enqueue(message: Message): void {
    const { simulation, gatherMs = 0 } = this.options;
    this.waiting.push(message);
    simulation.after(gatherMs, () => this.invoke());
  }

  private invoke(): void {
    const { simulation, program, handler } = this.options;
    if (this.active >= MAX_CONCURRENCY || this.waiting.length === 0) return;
    const batch = this.takeBatch();
    const Records = batch.map(({ messageId, body }) => ({ messageId, body, eventSource: 'aws:sqs' }));
    this.active++;
    simulation.start(
      program,
      (process) => handler(process, { Records }),
      (end) => {
        this.active--;
        this.settle(batch, end.how === 'answered' ? (end.answer as QueueResponse) : undefined);
        simulation.after(SECOND, () => this.invoke());
      },
    );
  }

  /** Takes messages in any order, as a queue that is no FIFO delivers them. */
  private takeBatch(): Message[] {
    const batch: Message[] = [];
    while (batch.length < BATCH && this.waiting.length > 0)
      batch.push(...this.waiting.splice(this.options.simulation.random.below(this.waiting.length), 1));
    return batch;
  }

  /** @param answer Undefined if the function failed: then each message is delivered again. */
  private settle(batch: readonly Message[], answer: QueueResponse | undefined): void {
    const { simulation, adversary } = this.options;
    const failed = new Set(answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of batch) {
      if (answer && !failed.has(message.messageId) && !adversary.losesDeletion()) continue;
      const again = { ...message, receives: message.receives + 1 };
      if (again.receives >= MAX_RECEIVES) this.deadLetters.push(again);
      else simulation.after((30 + simulation.random.below(300)) * SECOND, () => this.enqueue(again));
    }
  }
}

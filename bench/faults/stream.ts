import { createSaleParser } from '../../lambdas/shared/sales/sale.ts';
import type { EventRecord } from '../../local/pipeline/msk-event.ts';
import { readAnswer, toMskEvent } from '../../local/pipeline/msk-event.ts';
import type { OutgoingRecord } from '../../local/shop/simulate.ts';
import type { Adversary } from './adversary.ts';
import type { Process, Simulation } from './simulation.ts';

const PARTITIONS = 2;
const MAX_RECORDS = 25;
const MINUTE = 60_000;
const SOURCE = {
  eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/bench/1',
  bootstrapServers: '127.0.0.1:9092',
};

export interface StreamOptions {
  readonly simulation: Simulation;
  readonly adversary: Adversary;
  /** The function that the poller calls. */
  readonly accumulate: (process: Process, event: unknown) => Promise<unknown>;
}

/** A topic and Lambda's poller, which commits an offset only after accumulate has answered. */
export class Stream {
  /** Addresses of the records that are sales. */
  readonly accepted = new Set<string>();
  /** Addresses of the others. */
  readonly rejected = new Set<string>();
  private readonly options: StreamOptions;
  private readonly partitions: EventRecord[][] = Array.from({ length: PARTITIONS }, () => []);
  private readonly committed: number[] = Array.from({ length: PARTITIONS }, () => 0);
  private readonly parseSale = createSaleParser({});

  constructor(options: StreamOptions) {
    this.options = options;
  }

  /** Whether every record is committed. */
  get isDrained(): boolean {
    return this.partitions.every((records, partition) => this.committed[partition] === records.length);
  }

  /** Adds a record to a random partition. */
  produce({ value }: OutgoingRecord): void {
    const { simulation } = this.options;
    const partition = simulation.random.below(PARTITIONS);
    const records = this.partitions[partition] ?? [];
    const offset = records.length;
    records.push({
      topic: 'sales',
      partition,
      offset,
      timestamp: simulation.nowMs,
      timestampType: 'CREATE_TIME',
      headers: [],
      ...(value && { value: value.toString('base64') }),
    } as EventRecord);
    const parsed = this.parseSale(value ?? undefined, simulation.nowMs);
    ('rejected' in parsed ? this.rejected : this.accepted).add(`${partition} ${offset}`);
  }

  /** Polls until the end of the simulation. A batch that fails is cut anew, at other offsets. */
  poll(): void {
    const { simulation, adversary } = this.options;
    const batch = this.takeBatch();
    if (batch.length === 0) {
      simulation.after(MINUTE, () => this.poll());
      return;
    }
    if (adversary.repeatsEvent())
      simulation.after(simulation.random.below(90 * MINUTE), () => this.invoke(batch, () => undefined));
    this.invoke(batch, (answer) => {
      if (!adversary.losesAnswer()) this.commit(batch, answer);
    });
    // The next poll may begin before the answer arrives: another poller has taken over.
    simulation.after(10_000 + simulation.random.below(MINUTE), () => this.poll());
  }

  private takeBatch(): EventRecord[] {
    return this.partitions.flatMap((records, partition) => {
      const from = this.committed[partition] ?? 0;
      return records.slice(from, from + this.options.simulation.random.below(MAX_RECORDS));
    });
  }

  private invoke(batch: readonly EventRecord[], onAnswer: (answer: unknown) => void): void {
    const event = toMskEvent(batch, SOURCE);
    this.options.simulation.start(
      'accumulate',
      (process) => this.options.accumulate(process, event),
      (end) => {
        if (end.how === 'answered') onAnswer(end.answer);
      },
    );
  }

  private commit(batch: readonly EventRecord[], answer: unknown): void {
    const { isTaken } = readAnswer(answer, batch);
    for (const record of batch)
      if (isTaken(record))
        this.committed[record.partition] = Math.max(this.committed[record.partition] ?? 0, record.offset + 1);
  }
}

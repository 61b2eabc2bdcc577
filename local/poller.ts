import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload } from 'kafkajs';
import { z } from 'zod';
import { kafkaClient } from './broker.ts';
import {
  type EventRecord,
  type EventSource,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  takeBatch,
  toEventRecord,
  toMskEvent,
} from './msk-event.ts';

/** Invokes the function with an event. Rejects if the function failed; else resolves with its answer. */
export type Invoke = (event: unknown) => Promise<unknown>;

export interface PollerOptions {
  readonly bootstrap: string;
  readonly topic: string;
  readonly groupId: string;
  readonly eventSourceArn: string;
  readonly invoke: Invoke;
  /** How long the broker gathers records before it answers a fetch. */
  readonly windowMs?: number;
  /** Told of every failed invocation, before it is tried again. */
  readonly onFailure?: (error: unknown) => void;
}

export interface Poller {
  /** Records on the topic whose offsets are not committed. */
  lag(): Promise<number>;
  stop(): Promise<void>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html */
const PartialResponse = z.object({
  batchItemFailures: z.array(
    z.object({ itemIdentifier: z.object({ partition: z.string(), offset: z.int() }) }),
  ),
});

/** Records of one partition that wait for their invocation. */
interface Delivery {
  readonly payload: EachBatchPayload;
  records: EventRecord[];
  readonly done: () => void;
}

const GATHER_MS = 20;
/** A poller that was killed keeps its partitions from the next one for so long. */
const SESSION_MS = 10_000;
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;

/**
 * Does what Lambda's pollers do for an MSK topic: batches of at most 10,000 records and 6 MB, at least once, offsets
 * committed after success only, the rest of a partition again from its first failed record, a failed batch in halves,
 * for ever.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 */
export async function startPoller(options: PollerOptions): Promise<Poller> {
  const { bootstrap, topic, groupId, windowMs = 300 } = options;
  const kafka = kafkaClient(bootstrap);
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: SESSION_MS,
    minBytes: 1024 * 1024,
    maxBytes: 4 * MAX_BATCH_BYTES,
    maxBytesPerPartition: MAX_BATCH_BYTES,
    maxWaitTimeInMs: windowMs,
    retry: { retries: 1000 },
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });

  const commit = async ({ batch, resolveOffset, heartbeat }: EachBatchPayload, last: number) => {
    await consumer.commitOffsets([{ topic, partition: batch.partition, offset: String(last + 1) }]);
    resolveOffset(String(last));
    await heartbeat();
  };
  const queue = new DeliveryQueue(options, commit);
  const running = queue.run();
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 16,
    eachBatch: (payload) => queue.deliver(payload),
  });
  const admin = kafka.admin();
  await admin.connect();
  return {
    async lag() {
      const [ends, groups] = await Promise.all([
        admin.fetchTopicOffsets(topic),
        admin.fetchOffsets({ groupId, topics: [topic] }),
      ]);
      const committed = new Map(
        groups
          .flatMap((group) => group.partitions)
          .map(({ partition, offset }) => [partition, Number(offset)]),
      );
      return ends.reduce(
        (sum, { partition, offset }) => sum + Number(offset) - Math.max(0, committed.get(partition) ?? 0),
        0,
      );
    },
    async stop() {
      queue.stop();
      await running;
      await consumer.disconnect();
      await admin.disconnect();
    },
  };
}

class DeliveryQueue {
  private readonly waiting: Delivery[] = [];
  private readonly options: PollerOptions;
  private readonly source: EventSource;
  private readonly commit: (payload: EachBatchPayload, last: number) => Promise<void>;
  private readonly stopping = new AbortController();
  private wake: () => void = () => undefined;

  constructor(options: PollerOptions, commit: (payload: EachBatchPayload, last: number) => Promise<void>) {
    this.options = options;
    this.source = { eventSourceArn: options.eventSourceArn, bootstrapServers: options.bootstrap };
    this.commit = commit;
  }

  /** Resolves when every record of the fetch is committed, or the poller stops. */
  async deliver(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    const records = messages.map((message) => toEventRecord(topic, partition, message));
    const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), 3_000);
    await new Promise<void>((done) => {
      if (this.stopping.signal.aborted) return done();
      this.waiting.push({ payload, records, done });
      this.wake();
    });
    clearInterval(beat);
  }

  stop(): void {
    this.stopping.abort();
    this.wake();
    for (const { done } of this.waiting) done();
  }

  /** Invokes again and again, one invocation at a time, until the poller stops. */
  async run(): Promise<void> {
    let limit = MAX_BATCH_RECORDS;
    let backoffMs = FIRST_BACKOFF_MS;
    while (!this.stopping.signal.aborted) {
      if (this.waiting.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
      await this.pause(GATHER_MS);
      if (this.waiting.length === 0 || this.stopping.signal.aborted) continue;
      const batch = takeBatch(
        this.waiting.map(({ records }) => records),
        { records: limit, bytes: MAX_BATCH_BYTES },
      );
      try {
        const isWhole = await this.invoke(batch);
        limit = MAX_BATCH_RECORDS;
        if (isWhole) backoffMs = FIRST_BACKOFF_MS;
        else await this.pause(backoffMs);
      } catch (error) {
        this.options.onFailure?.(error);
        limit = Math.max(1, Math.floor(batch.length / 2));
        await this.pause(backoffMs);
        backoffMs = Math.min(2 * backoffMs, MAX_BACKOFF_MS);
      }
    }
  }

  /** @returns whether every record of the batch was taken */
  private async invoke(batch: readonly EventRecord[]): Promise<boolean> {
    const answer = PartialResponse.safeParse(await this.options.invoke(toMskEvent(batch, this.source)));
    const failures = answer.success ? answer.data.batchItemFailures : [];
    const failedFrom = new Map<string, number>();
    for (const {
      itemIdentifier: { partition, offset },
    } of failures)
      failedFrom.set(partition, Math.min(offset, failedFrom.get(partition) ?? offset));
    for (const delivery of [...this.waiting]) await this.settle(delivery, batch, failedFrom);
    if (failures.length > 0)
      this.options.onFailure?.(new Error(`partial failure: ${JSON.stringify(failures)}`));
    return failures.length === 0;
  }

  /** Commits what the function took of this delivery and lets it go when nothing is left. */
  private async settle(
    delivery: Delivery,
    batch: readonly EventRecord[],
    failedFrom: ReadonlyMap<string, number>,
  ): Promise<void> {
    const { topic, partition } = delivery.payload.batch;
    const firstFailed = failedFrom.get(`${topic}-${partition}`) ?? Number.POSITIVE_INFINITY;
    const taken = batch.filter((record) => record.partition === partition && record.offset < firstFailed);
    const last = taken.at(-1);
    if (last) {
      await this.commit(delivery.payload, last.offset);
      delivery.records = delivery.records.filter(({ offset }) => offset > last.offset);
    }
    if (delivery.records.length > 0) return;
    this.waiting.splice(this.waiting.indexOf(delivery), 1);
    delivery.done();
  }

  private pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

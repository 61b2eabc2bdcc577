import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload } from 'kafkajs';
import { sourceOf } from '../../lambdas/shared/sales/msk-event.ts';
import { kafkaClient } from './broker.ts';
import { lagOf } from './lag.ts';
import {
  type EventRecord,
  type EventSource,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  readAnswer,
  takeBatch,
  toEventRecord,
  toMskEvent,
} from './msk-event.ts';

/** Invokes the function with an event. Resolves with its answer; rejects if the function failed. */
export type Invoke = (event: unknown) => Promise<unknown>;

export interface PollerOptions {
  readonly bootstrap: string;
  readonly topic: string;
  readonly groupId: string;
  readonly eventSourceArn: string;
  readonly invoke: Invoke;
  /** How long the broker gathers records before it answers a fetch. */
  readonly windowMs?: number;
  /**
   * Whether the broker answers a fetch as soon as there is a record, as it does for a mapping with a window of 0. By default it
   * gathers a megabyte or waits for the window.
   */
  readonly isImmediate?: boolean;
  /** A poller without a heartbeat for this long loses its partitions. Brokers require at least 6 s. */
  readonly sessionMs?: number;
  /** Called with every failed invocation, lost session and crash of the client, before the next try. */
  readonly onFailure?: (error: unknown) => void;
}

export interface Poller {
  /** The name of the records' cluster in addresses and keys. */
  readonly source: string;
  /** Counts the records on the topic whose offsets are not committed. */
  lag(): Promise<number>;
  stop(): Promise<void>;
}

/** One fetch: records of one partition that wait for an invocation. */
interface Delivery {
  readonly payload: EachBatchPayload;
  records: EventRecord[];
  readonly done: () => void;
  /** Rejects the fetch: kafkajs then joins the group again and fetches from the last commit. */
  readonly fail: (error: unknown) => void;
}

const GATHER_MS = 20;
const SESSION_MS = 10_000;
const HEARTBEATS_PER_SESSION = 5;
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;
const RESTART_MS = 2_000;

/**
 * Starts a poller that behaves as Lambda's pollers do for an MSK topic:
 *
 * - A batch has at most 10,000 records and 6 MB. Each record is delivered at least once.
 * - Offsets are committed only after success. After a partial failure a partition continues from its first failed record.
 * - A batch that fails is halved and tried again, without a limit of tries.
 *
 * After a lost session, as when a laptop sleeps, it continues from the last commit.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 */
export async function startPoller(options: PollerOptions): Promise<Poller> {
  const { bootstrap, topic, groupId, sessionMs = SESSION_MS, isImmediate = false, onFailure } = options;
  // An immediate fetch that finds nothing costs nothing while it waits.
  const { windowMs = isImmediate ? 1000 : 300 } = options;
  const kafka = kafkaClient(bootstrap);
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: sessionMs,
    heartbeatInterval: sessionMs / HEARTBEATS_PER_SESSION,
    minBytes: isImmediate ? 1 : 1024 * 1024,
    maxBytes: 4 * MAX_BATCH_BYTES,
    maxBytesPerPartition: MAX_BATCH_BYTES,
    maxWaitTimeInMs: windowMs,
    retry: { retries: 1000 },
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });

  const queue = new DeliveryQueue(options);
  const running = queue.run();
  const stopping = new AbortController();
  const consume = () =>
    consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 16,
      eachBatch: (payload) => queue.deliver(payload),
    });
  consumer.on(consumer.events.CRASH, async ({ payload: { error, restart } }) => {
    if (!isLoadingGroups(error)) onFailure?.(error);
    // kafkajs does not start again after an error that it considers final. Without this, sales would wait forever.
    if (restart) return;
    await sleep(RESTART_MS, undefined, { signal: stopping.signal });
    await consume();
  });
  await consume();
  const admin = kafka.admin();
  await admin.connect();
  return {
    source: sourceOf(options.eventSourceArn),
    lag: () => lagOf(admin, { topic, groupId }),
    async stop() {
      stopping.abort();
      queue.stop();
      await running;
      await consumer.disconnect();
      await admin.disconnect();
    },
  };
}

/**
 * Returns true for the answer of a broker that has just started and still reads what its groups have committed. The next try
 * succeeds, so it is no failure that a person should see. https://kafka.apache.org/protocol#protocol_error_codes
 */
export const isLoadingGroups = (error: Error & { readonly type?: string }): boolean =>
  error.type === LOADING ||
  (error.cause instanceof Error && 'type' in error.cause && error.cause.type === LOADING);
const LOADING = 'GROUP_LOAD_IN_PROGRESS';

/**
 * Does not use `consumer.commitOffsets`, which wraps errors: kafkajs needs their type to see that it must join the group again.
 */
async function commit(payload: EachBatchPayload, lastOffset: number): Promise<void> {
  const { topic, partition } = payload.batch;
  await payload.commitOffsetsIfNecessary({
    topics: [{ topic, partitions: [{ partition, offset: String(lastOffset + 1) }] }],
  });
  payload.resolveOffset(String(lastOffset));
  await payload.heartbeat();
}

/** Gathers fetches of all partitions and invokes the function with batches of them. */
class DeliveryQueue {
  private readonly waiting: Delivery[] = [];
  private readonly options: PollerOptions;
  private readonly source: EventSource;
  private readonly stopping = new AbortController();
  private wake: () => void = () => undefined;

  constructor(options: PollerOptions) {
    this.options = options;
    this.source = { eventSourceArn: options.eventSourceArn, bootstrapServers: options.bootstrap };
  }

  /**
   * Queues a fetch. Resolves when every record of it is committed, or the poller stops.
   *
   * @throws {Error} kafkajs's own error, if this poller is no longer a member of the group or the broker does not answer.
   */
  async deliver(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    const records = messages.map((message) => toEventRecord(topic, partition, message));
    let heartbeats: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((done, fail) => {
        if (this.stopping.signal.aborted) return done();
        const delivery = { payload, records, done, fail };
        this.waiting.push(delivery);
        const sendHeartbeat = () => payload.heartbeat().catch((error) => this.reject(delivery, error));
        heartbeats = setInterval(
          sendHeartbeat,
          (this.options.sessionMs ?? SESSION_MS) / HEARTBEATS_PER_SESSION,
        );
        this.wake();
      });
    } finally {
      clearInterval(heartbeats);
    }
  }

  stop(): void {
    this.stopping.abort();
    this.wake();
    for (const { done } of this.waiting) done();
  }

  /** Invokes the function with one batch at a time until the poller stops. */
  async run(): Promise<void> {
    let limit = MAX_BATCH_RECORDS;
    let backoffMs = FIRST_BACKOFF_MS;
    while (!this.stopping.signal.aborted) {
      if (this.waiting.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
      if (!this.options.isImmediate) await this.pause(GATHER_MS);
      if (this.waiting.length === 0 || this.stopping.signal.aborted) continue;
      const batch = takeBatch(
        this.waiting.map(({ records }) => records),
        { records: limit, bytes: MAX_BATCH_BYTES },
      );
      try {
        const isComplete = await this.invoke(batch);
        limit = MAX_BATCH_RECORDS;
        if (isComplete) backoffMs = FIRST_BACKOFF_MS;
        else await this.pause(backoffMs);
      } catch (error) {
        this.options.onFailure?.(error);
        limit = Math.max(1, Math.floor(batch.length / 2));
        await this.pause(backoffMs);
        backoffMs = Math.min(2 * backoffMs, MAX_BACKOFF_MS);
      }
    }
  }

  /**
   * @returns true if every record of the batch was taken
   * @throws {Error} If the function failed or its answer is invalid.
   */
  private async invoke(batch: readonly EventRecord[]): Promise<boolean> {
    const invoked = [...this.waiting];
    const answer = await this.options.invoke(toMskEvent(batch, this.source));
    const { isTaken, failures } = readAnswer(answer, batch);
    const taken = batch.filter(isTaken);
    // Deliveries that arrived during the invocation were not part of it, even if they repeat the same records.
    for (const delivery of invoked) await this.settle(delivery, taken);
    if (failures.length > 0)
      this.options.onFailure?.(
        new Error(`Cannot process ${failures.join(', ')}: the function reported a failure`),
      );
    return failures.length === 0;
  }

  /** Commits the records that the function took of this delivery, and completes the delivery when none are left. */
  private async settle(delivery: Delivery, taken: readonly EventRecord[]): Promise<void> {
    const { payload } = delivery;
    const last = taken.findLast(({ partition }) => partition === payload.batch.partition);
    if (!last || !this.waiting.includes(delivery)) return;
    try {
      await commit(payload, last.offset);
    } catch (error) {
      return this.reject(delivery, error);
    }
    delivery.records = delivery.records.filter(({ offset }) => offset > last.offset);
    if (delivery.records.length === 0 && this.remove(delivery)) delivery.done();
  }

  /** Fails the delivery: the member that now has the partition receives the records again. */
  private reject(delivery: Delivery, cause: unknown): void {
    if (!this.remove(delivery)) return;
    const { topic, partition } = delivery.payload.batch;
    const reason = cause instanceof Error ? cause.message : cause;
    this.options.onFailure?.(new Error(`Cannot commit ${topic}-${partition}: ${reason}`, { cause }));
    delivery.fail(cause);
  }

  /** @returns false if the delivery was removed before */
  private remove(delivery: Delivery): boolean {
    const index = this.waiting.indexOf(delivery);
    if (index >= 0) this.waiting.splice(index, 1);
    return index >= 0;
  }

  private pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

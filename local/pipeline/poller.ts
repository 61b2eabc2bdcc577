import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload } from 'kafkajs';
import { sourceOf } from '../../lambdas/accumulate/msk-event.ts';
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
  /** A poller that is killed, or silent for so long, loses its partitions; brokers want at least 6 s. */
  readonly sessionMs?: number;
  /** Told of every failed invocation, lost session and crash of the client, before it is tried again. */
  readonly onFailure?: (error: unknown) => void;
}

export interface Poller {
  /** How the records' cluster is named in addresses and keys. */
  readonly source: string;
  /** Records on the topic whose offsets are not committed. */
  lag(): Promise<number>;
  stop(): Promise<void>;
}

/** Records of one partition that wait for their invocation. */
interface Delivery {
  readonly payload: EachBatchPayload;
  records: EventRecord[];
  readonly done: () => void;
  /** Gives the records back: kafkajs joins the group again and fetches them from the last commit on. */
  readonly fail: (error: unknown) => void;
}

const GATHER_MS = 20;
const SESSION_MS = 10_000;
const HEARTBEATS_PER_SESSION = 5;
const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;
const RESTART_MS = 2_000;

/**
 * Does what Lambda's pollers do for an MSK topic: batches of at most 10,000 records and 6 MB, at least once, offsets
 * committed after success only, the rest of a partition again from its first failed record, a failed batch in halves,
 * for ever. A session that is lost (a laptop that slept) begins again from the last commit.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
 */
export async function startPoller(options: PollerOptions): Promise<Poller> {
  const { bootstrap, topic, groupId, windowMs = 300, sessionMs = SESSION_MS, onFailure } = options;
  const kafka = kafkaClient(bootstrap);
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: sessionMs,
    heartbeatInterval: sessionMs / HEARTBEATS_PER_SESSION,
    minBytes: 1024 * 1024,
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
    onFailure?.(error);
    // After an error that it deems final kafkajs would stay dead, and the sales would wait for ever.
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

/** Not by `consumer.commitOffsets`: that wraps errors, and kafkajs knows by their type that it has to join again. */
async function commit(payload: EachBatchPayload, lastOffset: number): Promise<void> {
  const { topic, partition } = payload.batch;
  await payload.commitOffsetsIfNecessary({
    topics: [{ topic, partitions: [{ partition, offset: String(lastOffset + 1) }] }],
  });
  payload.resolveOffset(String(lastOffset));
  await payload.heartbeat();
}

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
   * Resolves when every record of the fetch is committed, or the poller stops.
   *
   * @throws {Error} The client's own, if the group no longer knows this poller or the broker does not answer.
   */
  async deliver(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    const records = messages.map((message) => toEventRecord(topic, partition, message));
    let beat: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((done, fail) => {
        if (this.stopping.signal.aborted) return done();
        const delivery = { payload, records, done, fail };
        this.waiting.push(delivery);
        const heartbeat = () => payload.heartbeat().catch((error) => this.giveBack(delivery, error));
        beat = setInterval(heartbeat, (this.options.sessionMs ?? SESSION_MS) / HEARTBEATS_PER_SESSION);
        this.wake();
      });
    } finally {
      clearInterval(beat);
    }
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

  /**
   * @returns whether every record of the batch was taken
   * @throws {Error} If the function failed, or what it answered is not understood.
   */
  private async invoke(batch: readonly EventRecord[]): Promise<boolean> {
    const invoked = [...this.waiting];
    const answer = await this.options.invoke(toMskEvent(batch, this.source));
    const { isTaken, failures } = readAnswer(answer, batch);
    const taken = batch.filter(isTaken);
    // One that came in the meantime has not been invoked, even where it brings the same records once more.
    for (const delivery of invoked) await this.settle(delivery, taken);
    if (failures.length > 0)
      this.options.onFailure?.(new Error(`Cannot take ${failures.join(', ')} on: the function says so`));
    return failures.length === 0;
  }

  /** Commits what the function took of this delivery and lets it go when nothing is left. */
  private async settle(delivery: Delivery, taken: readonly EventRecord[]): Promise<void> {
    const { payload } = delivery;
    const last = taken.findLast(({ partition }) => partition === payload.batch.partition);
    if (!last || !this.waiting.includes(delivery)) return;
    try {
      await commit(payload, last.offset);
    } catch (error) {
      return this.giveBack(delivery, error);
    }
    delivery.records = delivery.records.filter(({ offset }) => offset > last.offset);
    if (delivery.records.length === 0 && this.remove(delivery)) delivery.done();
  }

  /** Whoever holds the partition now gets the records again. */
  private giveBack(delivery: Delivery, cause: unknown): void {
    if (!this.remove(delivery)) return;
    const { topic, partition } = delivery.payload.batch;
    const why = cause instanceof Error ? cause.message : cause;
    this.options.onFailure?.(new Error(`Cannot commit ${topic}-${partition}: ${why}`, { cause }));
    delivery.fail(cause);
  }

  /** @returns false if it was let go already */
  private remove(delivery: Delivery): boolean {
    const place = this.waiting.indexOf(delivery);
    if (place >= 0) this.waiting.splice(place, 1);
    return place >= 0;
  }

  private pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

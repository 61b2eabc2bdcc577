import type { KafkaMessage } from 'kafkajs';
import { z } from 'zod';

/** Lambda's limits on one batch: https://docs.aws.amazon.com/lambda/latest/dg/with-msk-configure.html */
export const MAX_BATCH_RECORDS = 10_000;
export const MAX_BATCH_BYTES = 6 * 1024 * 1024;

/** One record in the shape of the event. */
export interface EventRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly timestampType: 'CREATE_TIME';
  readonly key?: string;
  readonly value?: string;
  readonly headers: readonly Readonly<Record<string, readonly number[]>>[];
}

/** Where the records come from, as the event tells it. */
export interface EventSource {
  readonly eventSourceArn: string;
  readonly bootstrapServers: string;
}

/** A Kafka message as MSK's event source mapping writes it: base64, headers as signed bytes, absent where null. */
export function toEventRecord(topic: string, partition: number, message: KafkaMessage): EventRecord {
  const { key, value, headers = {} } = message;
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    timestampType: 'CREATE_TIME',
    ...(key ? { key: key.toString('base64') } : {}),
    ...(value ? { value: value.toString('base64') } : {}),
    headers: Object.entries(headers).flatMap(([name, values]) =>
      [values ?? []].flat().map((bytes) => ({ [name]: [...new Int8Array(Buffer.from(bytes))] })),
    ),
  };
}

/** How events and answers name a partition. */
const partitionName = ({ topic, partition }: Pick<EventRecord, 'topic' | 'partition'>): string =>
  `${topic}-${partition}`;

/** The event of one invocation: records by `topic-partition`. */
export function toMskEvent(records: readonly EventRecord[], source: EventSource) {
  const byPartition: Record<string, EventRecord[]> = {};
  for (const record of records) {
    const name = partitionName(record);
    byPartition[name] ??= [];
    byPartition[name].push(record);
  }
  return { eventSource: 'aws:kafka', ...source, records: byPartition };
}

/** What a record adds to the payload. Its bytes are ASCII but for the names of topic and headers. */
export const payloadBytes = (record: EventRecord): number => Buffer.byteLength(JSON.stringify(record)) + 1;

/**
 * Takes records from the front of several queues in turn, as many as one invocation may carry.
 *
 * @param queues Records of one partition each, in offset order.
 * @returns Records in the order of the queues; at least one if there is one, even if it alone is over the limit.
 */
export function takeBatch(
  queues: readonly (readonly EventRecord[])[],
  limits: { readonly records: number; readonly bytes: number },
): EventRecord[] {
  const taken: EventRecord[] = [];
  let bytes = ENVELOPE_BYTES;
  for (const queue of queues)
    for (const [place, record] of queue.entries()) {
      bytes += payloadBytes(record) + (place === 0 ? listBytes(record) : 0);
      if (taken.length > 0 && (taken.length >= limits.records || bytes > limits.bytes)) return taken;
      taken.push(record);
    }
  return taken;
}

/** What the first record of a partition adds beside itself: `"topic-partition":[],`. */
const listBytes = (record: EventRecord): number => Buffer.byteLength(`"${partitionName(record)}":[],`);

/** What stands around the records. */
const ENVELOPE_BYTES = 1024;

/** Nothing, or an object without failures, says that all went well. */
const Answer = z
  .object({
    batchItemFailures: z
      .array(z.object({ itemIdentifier: z.object({ partition: z.string(), offset: z.int() }) }))
      .nullish(),
  })
  .nullish();

/**
 * Reads from the function's answer which records it did not take. What is not understood may mean anything, so it fails
 * the whole batch, as in Lambda: https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html.
 *
 * @returns a record is taken if no failure of its partition is at its offset or before
 * @throws {TypeError} If the answer is no partial batch response, or names a record that is not of the batch.
 */
export function readAnswer(
  answer: unknown,
  batch: readonly EventRecord[],
): { readonly isTaken: (record: EventRecord) => boolean; readonly failures: readonly string[] } {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) throw notUnderstood(answer, 'a list batchItemFailures of {partition, offset}');
  const failedFrom = new Map<string, number>();
  for (const { itemIdentifier } of parsed.data?.batchItemFailures ?? []) {
    const { partition, offset } = itemIdentifier;
    if (!batch.some((record) => partitionName(record) === partition && record.offset === offset))
      throw notUnderstood(answer, 'about records of the batch');
    failedFrom.set(partition, Math.min(offset, failedFrom.get(partition) ?? offset));
  }
  return {
    isTaken: (record) => record.offset < (failedFrom.get(partitionName(record)) ?? Number.POSITIVE_INFINITY),
    failures: [...failedFrom].map(([partition, offset]) => `${partition} from offset ${offset}`),
  };
}

const notUnderstood = (answer: unknown, expected: string): TypeError =>
  new TypeError(
    `Cannot read the function's answer: it is ${JSON.stringify(answer)?.slice(0, 200)}, should be nothing or ${expected}`,
  );

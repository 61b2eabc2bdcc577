import type { KafkaMessage } from 'kafkajs';
import { z } from 'zod';

/** Lambda's limits on one batch: https://docs.aws.amazon.com/lambda/latest/dg/with-msk-configure.html */
export const MAX_BATCH_RECORDS = 10_000;
export const MAX_BATCH_BYTES = 6 * 1024 * 1024;

/** One record, as it is in the event. */
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

/** The origin of the records, as it is in the event. */
export interface EventSource {
  readonly eventSourceArn: string;
  readonly bootstrapServers: string;
}

/** Converts a Kafka message as MSK's event source mapping does: base64, headers as signed bytes, no property for null. */
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

/** The name of a partition in events and answers. */
const partitionName = ({ topic, partition }: Pick<EventRecord, 'topic' | 'partition'>): string =>
  `${topic}-${partition}`;

/** Makes the event of one invocation, with the records grouped by `topic-partition` in their order. */
export function toMskEvent(records: readonly EventRecord[], source: EventSource) {
  const byPartition: Record<string, EventRecord[]> = {};
  for (const record of records) {
    const name = partitionName(record);
    byPartition[name] ??= [];
    byPartition[name].push(record);
  }
  return { eventSource: 'aws:kafka', ...source, records: byPartition };
}

/** The bytes that a record adds to the payload. */
export const payloadBytes = (record: EventRecord): number => Buffer.byteLength(JSON.stringify(record)) + 1;

/**
 * Chooses the records of the next invocation: queue by queue, each from its start, until a limit is reached.
 *
 * @param queues Records of one partition each, in offset order.
 * @param limits The most records, and the most bytes of the payload.
 * @returns Records in the order of the queues; empty only if all queues are. A first record above the limit is taken alone.
 */
export function takeBatch(
  queues: readonly (readonly EventRecord[])[],
  limits: { readonly records: number; readonly bytes: number },
): EventRecord[] {
  const taken: EventRecord[] = [];
  let bytes = ENVELOPE_BYTES;
  for (const queue of queues)
    for (const [index, record] of queue.entries()) {
      bytes += payloadBytes(record) + (index === 0 ? listBytes(record) : 0);
      if (taken.length > 0 && (taken.length >= limits.records || bytes > limits.bytes)) return taken;
      taken.push(record);
    }
  return taken;
}

/** The bytes that the first record of a partition adds to its own: `"topic-partition":[],`. */
const listBytes = (record: EventRecord): number => Buffer.byteLength(`"${partitionName(record)}":[],`);

/** An upper limit of the event's bytes outside the records. */
const ENVELOPE_BYTES = 1024;

/** No answer, or an object without failures, means that every record was taken. */
const FunctionAnswer = z
  .object({
    batchItemFailures: z
      .array(z.object({ itemIdentifier: z.object({ partition: z.string(), offset: z.int() }) }))
      .nullish(),
  })
  .nullish();

/**
 * Reads from the function's answer which records it did not take. An invalid answer fails the whole batch, as in Lambda:
 * https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html.
 *
 * @returns `isTaken` is true for a record before the first failure of its partition; `failures` has one text per partition.
 * @throws {TypeError} If the answer is not a partial batch response, or names a record that is not in the batch.
 */
export function readAnswer(
  answer: unknown,
  batch: readonly EventRecord[],
): { readonly isTaken: (record: EventRecord) => boolean; readonly failures: readonly string[] } {
  const parsed = FunctionAnswer.safeParse(answer);
  if (!parsed.success) throw invalidAnswer(answer, 'a list batchItemFailures of {partition, offset}');
  const failedFrom = new Map<string, number>();
  for (const { itemIdentifier } of parsed.data?.batchItemFailures ?? []) {
    const { partition, offset } = itemIdentifier;
    if (!batch.some((record) => partitionName(record) === partition && record.offset === offset))
      throw invalidAnswer(answer, 'failures of records of the batch');
    failedFrom.set(partition, Math.min(offset, failedFrom.get(partition) ?? offset));
  }
  return {
    isTaken: (record) => record.offset < (failedFrom.get(partitionName(record)) ?? Number.POSITIVE_INFINITY),
    failures: [...failedFrom].map(([partition, offset]) => `${partition} from offset ${offset}`),
  };
}

const invalidAnswer = (answer: unknown, expected: string): TypeError =>
  new TypeError(
    `Cannot read the function's answer: it is ${JSON.stringify(answer)?.slice(0, 200)}, should be nothing or ${expected}`,
  );

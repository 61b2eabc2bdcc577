import type { Producer } from 'kafkajs';
import * as z from 'zod';
import { grouped } from '../shared/contract/numbers.ts';

/** A record to write to the topic. */
export interface TopicRecord {
  readonly key: string | null;
  /** Null for a tombstone. */
  readonly value: Buffer | null;
  /** Timestamp of the record, epoch ms; if undefined, the time when it is sent. */
  readonly timestampMs: number | undefined;
}

/** The part of the kafkajs producer that this file uses. */
export type Sender = Pick<Producer, 'send'>;

/** Largest number of records in a request. An invocation has at most 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MOST_RECORDS = 50_000;

/** A request to the produce Lambda. Values are in base64, because a record's bytes need not be text. */
export const ProduceRequest = z.strictObject({
  records: z
    .array(
      z.strictObject({
        key: z.string().nullable(),
        value: z.base64().nullable(),
        timestampMs: z.int().min(0).optional(),
      }),
    )
    .max(MOST_RECORDS),
});
export type ProduceRequest = z.infer<typeof ProduceRequest>;

export const ProduceAnswer = z.object({ sent: z.int().min(0) });
export type ProduceAnswer = z.infer<typeof ProduceAnswer>;

const RECORDS_PER_SEND = 5_000;
/** Share of the broker's limit that a send fills. A send may go to one partition as a single batch, which has overhead. */
const SHARE_PER_SEND = 0.75;
/** The default of the broker setting `message.max.bytes`: https://kafka.apache.org/documentation/#brokerconfigs_message.max.bytes */
export const MAX_RECORD_BYTES = 1_048_588;

/**
 * Writes the records of a request to the topic, in order for each key, and waits until the brokers have stored them.
 *
 * @returns The number of records, all of which were sent.
 * @throws {TypeError} If the request is invalid; the message names the first wrong field.
 * @throws {Error} If a send fails; the message says how many records are on the topic already.
 */
export async function produce(request: unknown, sender: Sender, topic: string): Promise<ProduceAnswer> {
  const parsed = ProduceRequest.safeParse(request);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new TypeError(`Cannot produce: ${issue?.path.join('.') || 'the request'}: ${issue?.message}`);
  }
  const records = parsed.data.records.map(({ key, value, timestampMs }) => ({
    key,
    value: value === null ? null : Buffer.from(value, 'base64'),
    timestampMs,
  }));
  return { sent: await sendRecords({ sender, topic }, records) };
}

/**
 * Writes records to a topic in several sends, one after the other, each small enough for a broker.
 *
 * @param maxBytes The largest record that the topic accepts, in bytes, counted as a batch of this record alone.
 * @param onProgress Called after each send, with the number of records sent so far.
 * @returns The number of records sent.
 * @throws {RangeError} If a record is larger than `maxBytes`; the message names it. The records before it are on the topic.
 * @throws {Error} If a send fails; the message says how many records are on the topic already.
 */
export async function sendRecords(
  {
    sender,
    topic,
    maxBytes = MAX_RECORD_BYTES,
  }: { readonly sender: Sender; readonly topic: string; readonly maxBytes?: number },
  records: Iterable<TopicRecord> | AsyncIterable<TopicRecord>,
  onProgress: (sent: number) => void = () => undefined,
): Promise<number> {
  let sent = 0;
  for await (const part of parts(records, maxBytes)) {
    const messages = part.map(({ key, value, timestampMs }) => ({
      key,
      value,
      ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
    }));
    try {
      await sender.send({ topic, messages, acks: -1 });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : cause;
      throw new Error(`Cannot send to ${topic}: ${reason}; ${sent} records before it are on the topic`, {
        cause,
      });
    }
    sent += messages.length;
    onProgress(sent);
  }
  return sent;
}

async function* parts(
  records: Iterable<TopicRecord> | AsyncIterable<TopicRecord>,
  maxBytes: number,
): AsyncGenerator<readonly TopicRecord[]> {
  let part: TopicRecord[] = [];
  let partBytes = 0;
  let before = 0;
  for await (const record of records) {
    const sizeBytes = sizeOf(record);
    const isFull = part.length >= RECORDS_PER_SEND || partBytes + sizeBytes > SHARE_PER_SEND * maxBytes;
    if (part.length > 0 && isFull) {
      yield part;
      part = [];
      partBytes = 0;
    }
    // The records before are on the topic by now, because a record of this size does not fit into their part.
    if (sizeBytes > maxBytes)
      throw new RangeError(
        `Cannot produce record ${grouped(before + 1)}: it has ${grouped(sizeBytes)} bytes, the broker takes at most ${grouped(maxBytes)}; the ${grouped(before)} before it are on the topic`,
      );
    part.push(record);
    partBytes += sizeBytes;
    before += 1;
  }
  if (part.length > 0) yield part;
}

/**
 * The size in bytes of a batch of this record alone, which is what the broker checks.
 * https://kafka.apache.org/documentation/#recordbatch
 */
const sizeOf = ({ key, value }: TopicRecord): number => {
  const keyBytes = Buffer.byteLength(key ?? '');
  const valueBytes = value?.length ?? 0;
  // One byte each for attributes, timestamp delta, offset delta and number of headers; both deltas are 0.
  const bodyBytes =
    4 + keyBytes + valueBytes + lengthBytes(key === null ? -1 : keyBytes) + lengthBytes(valueBytes);
  return BATCH_HEADER_BYTES + lengthBytes(bodyBytes) + bodyBytes;
};

const BATCH_HEADER_BYTES = 61;

/** Number of bytes of a length as a zigzag varint, which has seven bits per byte. */
const lengthBytes = (length: number): number =>
  length < 64 ? 1 : Math.ceil((Math.log2(length + 1) + 1) / 7);

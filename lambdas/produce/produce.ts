import type { Producer } from 'kafkajs';
import * as z from 'zod';
import { grouped } from '../shared/contract/numbers.ts';

/** A record for the topic. */
export interface TopicRecord {
  readonly key: string | null;
  /** Null for a tombstone. */
  readonly value: Buffer | null;
  /** The record's own time, epoch ms; undefined: when it is sent. */
  readonly timestampMs: number | undefined;
}

/** The part of kafkajs's producer that is needed here. */
export type Sender = Pick<Producer, 'send'>;

/** A call carries at most 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MOST_RECORDS = 50_000;

/** What the produce Lambda is asked for. Values are base64, for a topic holds bytes and not all of them are text. */
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
/** All of a send may go to one partition, so it must fit into one batch of the broker, with what stands around it. */
const SHARE_PER_SEND = 0.75;
/** A broker's `message.max.bytes`, by default: https://kafka.apache.org/documentation/#brokerconfigs_message.max.bytes */
export const MAX_RECORD_BYTES = 1_048_588;

/**
 * Answers a request: puts its records on the topic, in order per key, and waits until the brokers have them.
 *
 * @returns how many were sent: all of them
 * @throws {TypeError} If it is no such request; the message names the first wrong field.
 * @throws {Error} If the brokers refuse a part; the message says how many records are on the topic already.
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
 * Puts records on a topic in sends that a broker takes, one after the other.
 *
 * @param maxBytes The largest record that the topic takes, as a batch of its own.
 * @param onProgress Told how many are sent so far.
 * @returns how many were sent
 * @throws {RangeError} If a record is larger; the message names it, and those before it are on the topic.
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
    // What came before is on the topic by now: a record of this size fills every part.
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

/** As a batch of its own: that is what the broker measures. https://kafka.apache.org/documentation/#recordbatch */
const sizeOf = ({ key, value }: TopicRecord): number => {
  const keyBytes = Buffer.byteLength(key ?? '');
  const valueBytes = value?.length ?? 0;
  // Attributes, time and offset (both 0 beside themselves) and the number of headers.
  const bodyBytes =
    4 + keyBytes + valueBytes + lengthBytes(key === null ? -1 : keyBytes) + lengthBytes(valueBytes);
  return BATCH_HEADER_BYTES + lengthBytes(bodyBytes) + bodyBytes;
};

const BATCH_HEADER_BYTES = 61;

/** Of a length as a zigzag varint: seven bits a byte. */
const lengthBytes = (length: number): number =>
  length < 64 ? 1 : Math.ceil((Math.log2(length + 1) + 1) / 7);

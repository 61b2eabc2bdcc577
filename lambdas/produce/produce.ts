import type { Producer } from 'kafkajs';
import { z } from 'zod';

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
/** The broker takes a batch of 1 MiB by default; all of a send may go to one partition. */
const BYTES_PER_SEND = 768 * 1024;
/** Lengths, offset and timestamp of a record, at most. */
const RECORD_OVERHEAD_BYTES = 64;

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
 * @param onProgress Told how many are sent so far.
 * @returns how many were sent
 * @throws {Error} If a send fails; the message says how many records are on the topic already.
 */
export async function sendRecords(
  { sender, topic }: { readonly sender: Sender; readonly topic: string },
  records: Iterable<TopicRecord> | AsyncIterable<TopicRecord>,
  onProgress: (sent: number) => void = () => undefined,
): Promise<number> {
  let sent = 0;
  for await (const part of parts(records)) {
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
): AsyncGenerator<readonly TopicRecord[]> {
  let part: TopicRecord[] = [];
  let partBytes = 0;
  for await (const record of records) {
    const sizeBytes = sizeOf(record);
    if (part.length > 0 && (part.length >= RECORDS_PER_SEND || partBytes + sizeBytes > BYTES_PER_SEND)) {
      yield part;
      part = [];
      partBytes = 0;
    }
    part.push(record);
    partBytes += sizeBytes;
  }
  if (part.length > 0) yield part;
}

const sizeOf = ({ key, value }: TopicRecord): number =>
  Buffer.byteLength(key ?? '') + (value?.length ?? 0) + RECORD_OVERHEAD_BYTES;

import { createHash } from 'node:crypto';
import * as z from 'zod';

/** A record in the event of Lambda's Kafka pollers. */
export interface PolledRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch ms; -1 if the record has none. */
  readonly timestamp: number;
  /** Base64; absent or null for a tombstone. */
  readonly value?: string | null | undefined;
  readonly key?: string | null | undefined;
  /** A list of `{NAME: bytes}`. It is not checked here: a strange header is no reason to fail the records beside it. */
  readonly headers?: unknown;
}

/** The records of one invocation, by `topic-partition`, and their source. */
export interface MskEvent {
  /** 8 hex digits of SHA-256 of the event source's ARN. */
  readonly source: string;
  readonly partitions: ReadonlyMap<string, readonly PolledRecord[]>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html */
const Envelope = z.object({
  eventSource: z.literal('aws:kafka'),
  eventSourceArn: z.string().min(1),
  records: z.record(z.string(), z.array(z.unknown())),
});

/**
 * Parses a Lambda event into Kafka records. It does not parse their values.
 *
 * @throws {TypeError} If the event is not from a Kafka event source mapping; the message names the first wrong field.
 */
export function parseMskEvent(event: unknown): MskEvent {
  const envelope = Envelope.safeParse(event);
  if (!envelope.success) {
    const issue = envelope.error.issues[0];
    throw new TypeError(
      `Cannot read the event: ${issue?.path.join('.')}: ${issue?.message}; it should come from an MSK event source mapping`,
    );
  }
  const { eventSourceArn, records } = envelope.data;
  const partitions = new Map<string, PolledRecord[]>();
  for (const [name, polled] of Object.entries(records))
    partitions.set(
      name,
      polled.map((record, index) => checkRecord(record, `${name}[${index}]`)),
    );
  return { source: sourceOf(eventSourceArn), partitions };
}

/** Returns the name of a cluster in addresses and keys: 8 hex digits. */
export const sourceOf = (eventSourceArn: string): string =>
  createHash('sha256').update(eventSourceArn).digest('hex').slice(0, 8);

/** Checks a record without a schema, because an event has up to 10,000 records. */
function checkRecord(record: unknown, where: string): PolledRecord {
  if (typeof record === 'object' && record !== null && isPolled(record)) return record;
  throw new TypeError(`Cannot read the event: record ${where} has no topic, partition, offset and timestamp`);
}

function isPolled(record: object): record is PolledRecord {
  return (
    'topic' in record &&
    typeof record.topic === 'string' &&
    'partition' in record &&
    isNatural(record.partition) &&
    'offset' in record &&
    isNatural(record.offset) &&
    'timestamp' in record &&
    // Any integer: a producer may have written nanoseconds, and then only that record is rejected as a sale.
    Number.isInteger(record.timestamp) &&
    isBase64OrAbsent('value' in record ? record.value : undefined) &&
    isBase64OrAbsent('key' in record ? record.key : undefined)
  );
}

const isNatural = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isBase64OrAbsent = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'string';

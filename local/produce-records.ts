import { kafkaClient } from './broker.ts';
import type { OutgoingRecord } from './simulate.ts';

const RECORDS_PER_REQUEST = 5_000;
/** The broker takes a batch of 1 MiB by default; all of a request may go to one partition. */
const BYTES_PER_REQUEST = 768 * 1024;

/**
 * Puts records on the topic, in order per key, and waits until the broker has them.
 *
 * @param onProgress Told how many are sent so far.
 * @returns how many were sent
 */
export async function produceRecords(
  { bootstrap, topic }: { readonly bootstrap: string; readonly topic: string },
  records: Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord>,
  onProgress: (sent: number) => void = () => undefined,
): Promise<number> {
  const producer = kafkaClient(bootstrap).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  let sent = 0;
  let pending: OutgoingRecord[] = [];
  let pendingBytes = 0;
  const flush = async () => {
    const messages = pending.map(({ key, value, timestampMs }) => ({
      key,
      value,
      ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
    }));
    pending = [];
    pendingBytes = 0;
    if (messages.length > 0) await producer.send({ topic, messages, acks: -1 });
    sent += messages.length;
    onProgress(sent);
  };
  try {
    for await (const record of records) {
      const sizeBytes = sizeOf(record);
      if (pending.length >= RECORDS_PER_REQUEST || pendingBytes + sizeBytes > BYTES_PER_REQUEST)
        await flush();
      pending.push(record);
      pendingBytes += sizeBytes;
    }
    await flush();
    return sent;
  } finally {
    await producer.disconnect();
  }
}

const sizeOf = ({ key, value }: OutgoingRecord): number =>
  Buffer.byteLength(key ?? '') + (value?.length ?? 0) + RECORD_OVERHEAD_BYTES;

/** Lengths, offset and timestamp of a record, at most. */
const RECORD_OVERHEAD_BYTES = 64;

/** How many records the topic has taken so far. */
export async function countRecords({
  bootstrap,
  topic,
}: {
  readonly bootstrap: string;
  readonly topic: string;
}): Promise<number> {
  const admin = kafkaClient(bootstrap).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { offset }) => sum + Number(offset), 0);
  } finally {
    await admin.disconnect();
  }
}

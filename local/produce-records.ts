import { kafkaClient } from './broker.ts';
import type { OutgoingRecord } from './simulate.ts';

const RECORDS_PER_REQUEST = 5_000;
/** All of a request may go to one partition, so it must fit into one batch of the broker, with what stands around it. */
const SHARE_PER_REQUEST = 0.75;

/** Where records are put. */
interface Target {
  readonly bootstrap: string;
  readonly topic: string;
}

/**
 * Puts records on the topic, in order per key, and waits until the broker has them.
 *
 * @param onProgress Told how many are sent so far.
 * @returns how many were sent
 * @throws {RangeError} If a record is larger than the broker takes: which one; those before it are sent.
 */
export async function produceRecords(
  target: Target,
  records: Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord>,
  onProgress: (sent: number) => void = () => undefined,
): Promise<number> {
  const maxBytes = await readMaxBytes(target);
  const producer = kafkaClient(target.bootstrap).producer({ allowAutoTopicCreation: false });
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
    if (messages.length > 0) await producer.send({ topic: target.topic, messages, acks: -1 });
    sent += messages.length;
    onProgress(sent);
  };
  try {
    for await (const record of records) {
      const sizeBytes = sizeOf(record);
      const isFull = pendingBytes + sizeBytes > SHARE_PER_REQUEST * maxBytes;
      if (pending.length >= RECORDS_PER_REQUEST || isFull) await flush();
      if (sizeBytes > maxBytes)
        throw new RangeError(
          `Cannot produce record ${grouped(sent + 1)}: it has ${grouped(sizeBytes)} bytes, the broker takes at most ${grouped(maxBytes)}; the ${grouped(sent)} before it are on the topic`,
        );
      pending.push(record);
      pendingBytes += sizeBytes;
    }
    await flush();
    return sent;
  } finally {
    await producer.disconnect();
  }
}

const grouped = (value: number): string => value.toLocaleString('en-US');

/** As a batch of its own: that is what the broker measures. https://kafka.apache.org/documentation/#recordbatch */
const sizeOf = ({ key, value }: OutgoingRecord): number => {
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

/** @throws {Error} If there is no such topic. */
async function readMaxBytes({ bootstrap, topic }: Target): Promise<number> {
  const admin = kafkaClient(bootstrap).admin();
  await admin.connect();
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: TOPIC, name: topic, configNames: [MAX_BYTES] }],
    });
    return Number(resources[0]?.configEntries[0]?.configValue ?? DEFAULT_MAX_BYTES);
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs has a name for it that Node cannot import: it is CommonJS. */
const TOPIC = 2;
const MAX_BYTES = 'max.message.bytes';
const DEFAULT_MAX_BYTES = 1_048_588;

/** How many records the topic has taken so far. */
export async function countRecords({ bootstrap, topic }: Target): Promise<number> {
  const admin = kafkaClient(bootstrap).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { offset }) => sum + Number(offset), 0);
  } finally {
    await admin.disconnect();
  }
}

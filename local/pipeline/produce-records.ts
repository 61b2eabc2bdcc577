import { MAX_RECORD_BYTES, sendRecords } from '../../lambdas/produce/produce.ts';
import { sum } from '../../lambdas/shared/contract/numbers.ts';
import type { OutgoingRecord } from '../shop/simulate.ts';
import { kafkaClient } from './broker.ts';

/** The topic that records are sent to, and its broker as host:port. */
interface Target {
  readonly bootstrap: string;
  readonly topic: string;
}

/**
 * Sends records to the topic, in order per key, and waits until the broker has acknowledged them.
 *
 * @param onProgress Called with the number of records sent so far.
 * @returns The number of records sent.
 * @throws {RangeError} If a record is larger than the broker accepts. The message names it; earlier records are sent.
 */
export async function produceRecords(
  target: Target,
  records: Iterable<OutgoingRecord> | AsyncIterable<OutgoingRecord>,
  onProgress: (sent: number) => void = () => undefined,
): Promise<number> {
  const maxBytes = await readMaxBytes(target);
  const producer = kafkaClient(target.bootstrap).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    return await sendRecords({ sender: producer, topic: target.topic, maxBytes }, records, onProgress);
  } finally {
    await producer.disconnect();
  }
}

/** @throws {Error} If the topic does not exist. */
async function readMaxBytes({ bootstrap, topic }: Target): Promise<number> {
  const admin = kafkaClient(bootstrap).admin();
  await admin.connect();
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: TOPIC, name: topic, configNames: [MAX_BYTES] }],
    });
    return Number(resources[0]?.configEntries[0]?.configValue ?? MAX_RECORD_BYTES);
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs's `ConfigResourceTypes.TOPIC`, which Node cannot import by name from a CommonJS package. */
const TOPIC = 2;
const MAX_BYTES = 'max.message.bytes';

/** Counts the records that were ever put on the topic: the sum of its partitions' next offsets. */
export async function countRecords({ bootstrap, topic }: Target): Promise<number> {
  const admin = kafkaClient(bootstrap).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return sum(offsets.map(({ offset }) => Number(offset)));
  } finally {
    await admin.disconnect();
  }
}

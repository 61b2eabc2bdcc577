import { MAX_RECORD_BYTES, sendRecords } from '../../lambdas/produce/produce.ts';
import { sum } from '../../lambdas/shared/contract/numbers.ts';
import type { OutgoingRecord } from '../shop/simulate.ts';
import { kafkaClient } from './broker.ts';

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
  try {
    return await sendRecords({ sender: producer, topic: target.topic, maxBytes }, records, onProgress);
  } finally {
    await producer.disconnect();
  }
}

/** @throws {Error} If there is no such topic. */
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

/** kafkajs has a name for it that Node cannot import: it is CommonJS. */
const TOPIC = 2;
const MAX_BYTES = 'max.message.bytes';

/** How many records the topic has taken so far. */
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

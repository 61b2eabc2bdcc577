import { sendRecords } from '../lambdas/produce/produce.ts';
import { kafkaClient } from './broker.ts';
import type { OutgoingRecord } from './simulate.ts';

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
  try {
    return await sendRecords({ sender: producer, topic }, records, onProgress);
  } finally {
    await producer.disconnect();
  }
}

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

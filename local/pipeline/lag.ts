import type { Admin } from 'kafkajs';
import { sum } from '../../lambdas/shared/contract/numbers.ts';
import { kafkaClient } from './broker.ts';

/** The offsets that a consumer group has committed on a topic. */
export interface Progress {
  readonly topic: string;
  readonly groupId: string;
}

/**
 * How many records of a topic a consumer group has not committed yet.
 *
 * @returns all records on the topic if the group has committed nothing
 * @throws {Error} If the broker does not answer, or has no such topic.
 */
export async function committedLag({
  bootstrap,
  ...progress
}: Progress & { readonly bootstrap: string }): Promise<number> {
  const admin = kafkaClient(bootstrap).admin();
  await admin.connect();
  try {
    return await lagOf(admin, progress);
  } finally {
    await admin.disconnect();
  }
}

/** The same for who keeps a connection. */
export async function lagOf(
  admin: Pick<Admin, 'fetchTopicOffsets' | 'fetchOffsets'>,
  { topic, groupId }: Progress,
): Promise<number> {
  // Committed first: what is committed in between would make the lag negative.
  const groups = await admin.fetchOffsets({ groupId, topics: [topic] });
  const ends = await admin.fetchTopicOffsets(topic);
  const committed = new Map(
    groups
      .flatMap(({ partitions }) => partitions)
      .map(({ partition, offset }) => [partition, Number(offset)]),
  );
  // Nothing committed is offset -1; what the broker has deleted by age is no longer on the topic.
  const lags = ends.map(({ partition, low, high }) =>
    Math.max(0, Number(high) - Math.max(Number(low), committed.get(partition) ?? 0)),
  );
  return sum(lags);
}

import type { Admin } from 'kafkajs';
import { sum } from '../../lambdas/shared/contract/numbers.ts';
import { kafkaClient } from './broker.ts';

/** A consumer group and the topic that it reads. */
export interface TopicReader {
  readonly topic: string;
  readonly groupId: string;
}

/**
 * Counts the records of a topic that a consumer group has not committed yet.
 *
 * @returns The number of records; all of the topic if the group has committed nothing.
 * @throws {Error} If the broker does not answer, or the topic does not exist.
 */
export async function committedLag({
  bootstrap,
  ...reader
}: TopicReader & { readonly bootstrap: string }): Promise<number> {
  const admin = kafkaClient(bootstrap).admin();
  await admin.connect();
  try {
    return await lagOf(admin, reader);
  } finally {
    await admin.disconnect();
  }
}

/** Like {@link committedLag}, for a caller that has a connection. */
export async function lagOf(
  admin: Pick<Admin, 'fetchTopicOffsets' | 'fetchOffsets'>,
  { topic, groupId }: TopicReader,
): Promise<number> {
  // Read the committed offsets first: commits between the two requests could otherwise pass the ends that were read.
  const groups = await admin.fetchOffsets({ groupId, topics: [topic] });
  const ends = await admin.fetchTopicOffsets(topic);
  const committed = new Map(
    groups
      .flatMap(({ partitions }) => partitions)
      .map(({ partition, offset }) => [partition, Number(offset)]),
  );
  // Offset -1 stands for no commit. Records before `low` were deleted by age and are not counted.
  const lags = ends.map(({ partition, low, high }) =>
    Math.max(0, Number(high) - Math.max(Number(low), committed.get(partition) ?? 0)),
  );
  return sum(lags);
}

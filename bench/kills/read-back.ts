import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';

import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { mapBounded } from '../../lambdas/shared/platform/map-bounded.ts';
import { kafkaClient } from '../../local/pipeline/broker.ts';
import { awsClient } from '../../local/stack/emulator.ts';
import type { Objects } from '../faults/checks.ts';
import type { Endpoints } from './messages.ts';
import { NUMBER_HEADER } from './producer.ts';

/** A record of the topic. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  readonly number: number;
}

const READ_SECONDS = 60;
const READS_AT_ONCE = 8;

/** Reads the whole topic. @returns Its records by partition, in any order of partitions. */
export async function readTopic({
  bootstrap,
  topic,
}: Pick<Endpoints, 'bootstrap' | 'topic'>): Promise<TopicRecord[]> {
  const kafka = kafkaClient(bootstrap);
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  let left = ends.reduce((total, { low, high }) => total + Number(high) - Number(low), 0);
  const records: TopicRecord[] = [];
  if (left === 0) return records;
  const consumer = kafka.consumer({ groupId: 'read-back' });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => reject(new Error(`Cannot read the topic: ${left} records are missing after ${READ_SECONDS} s`)),
      READ_SECONDS * 1000,
    );
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message: { offset, headers } }) => {
        records.push({ partition, offset: Number(offset), number: Number(String(headers?.[NUMBER_HEADER])) });
        left -= 1;
        if (left === 0) resolve();
      },
    });
    await promise.finally(() => clearTimeout(timer));
  } finally {
    await consumer.disconnect();
  }
  return records;
}

/** Reads every object of the bucket. */
export async function readObjects({
  endpoint,
  bucket,
}: Pick<Endpoints, 'endpoint' | 'bucket'>): Promise<Objects> {
  const client = new S3Client(awsClient(endpoint));
  const keys: string[] = [];
  for await (const { key } of s3Lake(bucket, client).list('')) keys.push(key);
  const entries = await mapBounded(keys, READS_AT_ONCE, async (key) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return [key, { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []) }] as const;
  });
  return objectsOf(new Map(entries));
}

/** Makes objects in memory readable as the checks need it. */
export const objectsOf = (objects: Objects['objects']): Objects => ({
  objects,
  keys: (prefix = '') => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
  bytes: (key) => {
    const stored = objects.get(key);
    if (!stored) throw new Error(`${key} does not exist`);
    return stored.bytes;
  },
});

/** Counts the messages in all dead-letter queues. */
export async function countDeadLetters({ endpoint }: Pick<Endpoints, 'endpoint'>): Promise<number> {
  const client = new SQSClient(awsClient(endpoint));
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}));
  let messages = 0;
  for (const QueueUrl of QueueUrls.filter((url) => url.includes('DeadLetters'))) {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    for (const count of Object.values(Attributes)) messages += Number(count);
  }
  return messages;
}

import { type Admin, ConfigResourceTypes } from 'kafkajs';
import { z } from 'zod';
import type { Log } from '../shared/log.ts';

/** What the construct writes into the template. CloudFormation hands every number on as text. */
export const TopicProperties = z.object({
  /** `host:port,host:port`. */
  brokers: z.string().min(1),
  topic: z.string().min(1),
  partitions: z.string().regex(/^[1-9][0-9]*$/),
  replicationFactor: z.string().regex(/^[1-9][0-9]*$/),
  /** By Kafka's names. */
  settings: z.record(z.string(), z.string()),
});
export type TopicProperties = z.infer<typeof TopicProperties>;

/** https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html#provider-framework */
const Common = { ResourceProperties: TopicProperties };
export const TopicRequest = z.discriminatedUnion('RequestType', [
  z.object({ RequestType: z.literal('Create'), ...Common }),
  z.object({ RequestType: z.literal('Update'), PhysicalResourceId: z.string(), ...Common }),
  z.object({ RequestType: z.literal('Delete'), PhysicalResourceId: z.string(), ...Common }),
]);
export type TopicRequest = z.infer<typeof TopicRequest>;

/** The part of kafkajs's admin client that is needed here. */
export type TopicAdmin = Pick<
  Admin,
  | 'connect'
  | 'disconnect'
  | 'createTopics'
  | 'createPartitions'
  | 'fetchTopicMetadata'
  | 'alterConfigs'
  | 'deleteTopics'
>;

export interface Parts {
  readonly admin: TopicAdmin;
  readonly log: Log;
  /** Everything together takes no longer, or is an error; less than the Lambda may take, so that the reason is told. */
  readonly timeoutMs: number;
}

export interface TopicAnswer {
  /** The topic's name: another name is another topic, and CloudFormation then deletes this one. */
  readonly PhysicalResourceId: string;
}

/**
 * Makes, changes or deletes the topic; doing it again changes nothing.
 *
 * A topic that exists already keeps its settings, for they are its owner's; partitions are added, never removed.
 *
 * @throws {Error} If the brokers refuse or do not answer in time, unless the topic is to be deleted and its cluster is gone.
 */
export async function applyTopic(
  request: TopicRequest,
  { admin, log, timeoutMs }: Parts,
): Promise<TopicAnswer> {
  const { topic } = request.ResourceProperties;
  const isDelete = request.RequestType === 'Delete';
  const name = isDelete ? request.PhysicalResourceId : topic;
  try {
    await within(timeoutMs, work(request, admin, log));
  } catch (cause) {
    if (!isDelete || !isUnreachable(cause))
      throw new Error(
        `Cannot ${request.RequestType.toLowerCase()} topic ${name}: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
    log.warn('The cluster does not answer; its topics are gone with it', { topic: name, error: cause });
  } finally {
    await within(DISCONNECT_MS, admin.disconnect()).catch(() => undefined);
  }
  return { PhysicalResourceId: name };
}

const DISCONNECT_MS = 2_000;

async function work(request: TopicRequest, admin: TopicAdmin, log: Log): Promise<void> {
  await admin.connect();
  switch (request.RequestType) {
    case 'Create':
      return create(request.ResourceProperties, admin, log);
    case 'Update':
      // Another name is a new topic; CloudFormation asks for the end of the old one by itself.
      if (request.PhysicalResourceId !== request.ResourceProperties.topic)
        return create(request.ResourceProperties, admin, log);
      await setSettings(request.ResourceProperties, admin);
      return addPartitions(request.ResourceProperties, admin, log);
    case 'Delete':
      return remove(request.PhysicalResourceId, admin, log);
  }
}

async function create(properties: TopicProperties, admin: TopicAdmin, log: Log): Promise<void> {
  const { topic, partitions, replicationFactor, settings } = properties;
  const isNew = await admin.createTopics({
    waitForLeaders: true,
    topics: [
      {
        topic,
        numPartitions: Number(partitions),
        replicationFactor: Number(replicationFactor),
        configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
      },
    ],
  });
  log.info(isNew ? 'Created the topic' : 'The topic exists already; its settings stay', { topic });
  if (!isNew) await addPartitions(properties, admin, log);
}

async function setSettings({ topic, settings }: TopicProperties, admin: TopicAdmin): Promise<void> {
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: ConfigResourceTypes.TOPIC,
        name: topic,
        configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
      },
    ],
  });
}

async function addPartitions(
  { topic, partitions }: TopicProperties,
  admin: TopicAdmin,
  log: Log,
): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const present = topics[0]?.partitions.length ?? 0;
  const wanted = Number(partitions);
  if (present < wanted) await admin.createPartitions({ topicPartitions: [{ topic, count: wanted }] });
  log.info(
    present > wanted
      ? 'The topic has more partitions; Kafka cannot remove any'
      : 'The topic has its partitions',
    { topic, present, wanted },
  );
}

async function remove(topic: string, admin: TopicAdmin, log: Log): Promise<void> {
  try {
    await admin.deleteTopics({ topics: [topic] });
    log.info('Deleted the topic', { topic });
  } catch (error) {
    if (!isUnknownTopic(error)) throw error;
    log.info('There is no such topic any more', { topic });
  }
}

class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What kafkajs throws, itself or as a cause, when nobody listens at the brokers' addresses. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof TimeoutError) return true;
  if (!(error instanceof Error)) return false;
  const isConnection = /^KafkaJS(Connection|RequestTimeout|BrokerNotFound|MetadataNotLoaded)/.test(
    error.name,
  );
  return isConnection || isUnreachable(error.cause);
}

/** kafkajs tries this one again, and wraps it when it has had enough. */
function isUnknownTopic(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') || isUnknownTopic(error.cause);
}

import { type Admin, ConfigResourceTypes, ConfigSource } from 'kafkajs';
import * as z from 'zod';
import type { Log } from '../shared/platform/log.ts';
import { isRefusedSignIn, isTemporary, isUnknownTopic, isUnreachable, NoLeaderError } from './faults.ts';
import { clusterHash, type Identity, readIdentity, writeIdentity } from './identity.ts';
import { connected, type Patience, type Patiently, within } from './patience.ts';

/** The properties that the construct writes into the template. CloudFormation passes numbers as text. */
export const TopicProperties = z.object({
  clusterArn: z.string().min(1),
  /** `host:port,host:port`. */
  brokers: z.string().min(1),
  topic: z.string().min(1),
  partitions: z.string().regex(/^[1-9][0-9]*$/),
  replicationFactor: z.string().regex(/^[1-9][0-9]*$/),
  /** Settings of the topic, by their names in Kafka. */
  settings: z.record(z.string(), z.string()),
});
export type TopicProperties = z.infer<typeof TopicProperties>;

/** The properties in an earlier request, perhaps of an older version of the stack, which did not name the cluster. */
const EarlierProperties = TopicProperties.partial({ clusterArn: true });

/** https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html#provider-framework */
export const TopicRequest = z.discriminatedUnion('RequestType', [
  z.object({ RequestType: z.literal('Create'), ResourceProperties: TopicProperties }),
  z.object({
    RequestType: z.literal('Update'),
    PhysicalResourceId: z.string(),
    ResourceProperties: TopicProperties,
    OldResourceProperties: EarlierProperties,
  }),
  z.object({
    RequestType: z.literal('Delete'),
    PhysicalResourceId: z.string(),
    ResourceProperties: EarlierProperties,
  }),
]);
export type TopicRequest = z.infer<typeof TopicRequest>;
type Request<Type extends TopicRequest['RequestType']> = Extract<TopicRequest, { RequestType: Type }>;

/** The part of the kafkajs admin client that this file uses. */
export type TopicAdmin = Pick<
  Admin,
  | 'connect'
  | 'disconnect'
  | 'createTopics'
  | 'createPartitions'
  | 'fetchTopicMetadata'
  | 'describeConfigs'
  | 'alterConfigs'
  | 'deleteTopics'
>;

export interface Parts extends Patience {
  readonly admin: TopicAdmin;
}

export interface TopicAnswer {
  /** The topic's identity. If it changes, CloudFormation requests the deletion of the old topic. */
  readonly PhysicalResourceId: string;
}

/**
 * Creates, updates or deletes the topic. A repeated request changes nothing.
 *
 * A topic that exists already belongs to someone else: its settings and partitions are not changed, and it is not
 * deleted. This includes a topic that an earlier request created if the answer was lost, because Kafka does not record
 * who created it.
 *
 * @throws {Error} If the brokers refuse the request or do not answer in time. A deletion succeeds nevertheless if the cluster
 *   does not exist any more or does not accept the stack's sign-in any more.
 */
export async function applyTopic(request: TopicRequest, parts: Parts): Promise<TopicAnswer> {
  if (request.RequestType !== 'Delete') return { PhysicalResourceId: await ensure(request, parts) };
  const topic = topicToDelete(request, parts.log);
  if (topic !== undefined) await remove(topic, parts);
  return { PhysicalResourceId: request.PhysicalResourceId };
}

/** Creates or updates the topic. @returns Its identity. */
async function ensure(request: Request<'Create' | 'Update'>, parts: Parts): Promise<string> {
  const { admin, log } = parts;
  const { topic, clusterArn } = request.ResourceProperties;
  const here = { cluster: clusterHash(clusterArn), topic };
  try {
    return await connected(parts, async (patiently) => {
      // Not repeated after it succeeds: a second call would find the topic that the first one created.
      const isNew = await patiently(() => create(request.ResourceProperties, admin));
      if (isNew) await waitForLeaders(request.ResourceProperties, parts, patiently);
      const origin = isNew || isMade(request, here) ? 'made' : 'found';
      if (isNew) log.info('Created the topic', { topic });
      else if (origin === 'found')
        log.info('The topic exists already; its settings and partitions are not changed', { topic });
      else if (request.RequestType === 'Update') await change(request, admin, log);
      return writeIdentity({ ...here, origin });
    });
  } catch (cause) {
    throw failed(request.RequestType, topic, cause);
  }
}

function isMade(
  request: Request<'Create' | 'Update'>,
  { cluster, topic }: Omit<Identity, 'origin'>,
): boolean {
  if (request.RequestType === 'Create') return false;
  const before = readIdentity(request.PhysicalResourceId);
  return before?.origin === 'made' && before.cluster === cluster && before.topic === topic;
}

/**
 * Creates the topic, and does not wait for its leaders: kafkajs gives up the wait when the first broker that it asks does not
 * know the topic yet, which is usual for a moment on a cluster without ZooKeeper.
 *
 * @returns false if it exists already.
 */
async function create(properties: TopicProperties, admin: TopicAdmin): Promise<boolean> {
  const { topic, partitions, replicationFactor, settings } = properties;
  return await admin.createTopics({
    waitForLeaders: false,
    topics: [
      {
        topic,
        numPartitions: Number(partitions),
        replicationFactor: Number(replicationFactor),
        configEntries: toEntries(settings),
      },
    ],
  });
}

/** The share of the time left that the wait for leaders may take, so that the answer is in time. */
const WAIT_SHARE = 0.8;

/**
 * Waits until each partition of a topic that was just created has a leader, because pollers and producers start next. No fault
 * of the wait fails the request: CloudFormation would delete a cluster that took most of an hour to create.
 */
async function waitForLeaders(
  { topic, partitions }: TopicProperties,
  { admin, log }: Parts,
  patiently: Patiently,
): Promise<void> {
  try {
    await patiently(async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const led = topics[0]?.partitions.filter(({ leader }) => leader >= 0).length ?? 0;
      if (led < Number(partitions))
        throw new NoLeaderError(`${led} of ${partitions} partitions have a leader`);
    }, WAIT_SHARE);
  } catch (error) {
    // Pollers and producers try again by themselves.
    if (isTemporary(error))
      log.warn('The topic was created, but some of its partitions have no leader yet', { topic, error });
    else log.warn('The topic was created, but its leaders cannot be read', { topic, error });
  }
}

async function change(request: Request<'Update'>, admin: TopicAdmin, log: Log): Promise<void> {
  const { ResourceProperties: properties, OldResourceProperties: before } = request;
  if (!isSame(before.settings, properties.settings)) await setSettings(properties, before.settings, admin);
  await addPartitions(properties, admin, log);
}

const isSame = (one: Record<string, string>, other: Record<string, string>): boolean =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

/** Updates the settings. Kafka replaces all settings of a topic, so the request repeats those that others have set. */
async function setSettings(
  { topic, settings }: TopicProperties,
  before: Record<string, string>,
  admin: TopicAdmin,
): Promise<void> {
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
  const foreign = resources
    .flatMap(({ configEntries }) => configEntries)
    .filter(({ configName, configSource, configValue }) => {
      const isOfTopic = configSource === ConfigSource.TOPIC_CONFIG && configValue !== null;
      return isOfTopic && !(configName in before);
    })
    .map(({ configName, configValue }) => [configName, configValue] as const);
  const configEntries = toEntries({ ...Object.fromEntries(foreign), ...settings });
  await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
}

const toEntries = (settings: Record<string, string>) =>
  Object.entries(settings).map(([name, value]) => ({ name, value }));

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
      ? 'The topic has more partitions than requested; Kafka cannot remove partitions'
      : 'The topic has the requested partitions',
    { topic, present, wanted },
  );
}

/** @returns The name of the topic, if the stack created it on the cluster in the request; otherwise undefined. */
function topicToDelete(
  { PhysicalResourceId, ResourceProperties: { clusterArn } }: Request<'Delete'>,
  log: Log,
): string | undefined {
  const identity = readIdentity(PhysicalResourceId);
  if (identity?.origin === 'made' && clusterArn && clusterHash(clusterArn) === identity.cluster)
    return identity.topic;
  log.info('The topic is not deleted: the stack has no record of creating it on this cluster', {
    topic: identity?.topic ?? PhysicalResourceId,
    identity: PhysicalResourceId,
  });
  return undefined;
}

async function remove(topic: string, parts: Parts): Promise<void> {
  const { admin, log } = parts;
  try {
    await within(parts, () => admin.connect().then(() => admin.deleteTopics({ topics: [topic] })));
    log.info('Deleted the topic', { topic });
  } catch (cause) {
    if (isUnknownTopic(cause)) log.info('The topic does not exist any more', { topic });
    else if (isUnreachable(cause))
      log.warn('The cluster does not answer; it is assumed to be deleted, with its topics', {
        topic,
        error: cause,
      });
    else if (isRefusedSignIn(cause))
      log.warn(
        'The cluster does not accept the stack’s sign-in any more; the topic is left to the owner of the cluster',
        {
          topic,
          error: cause,
        },
      );
    else throw failed('Delete', topic, cause);
  }
}

const failed = (type: TopicRequest['RequestType'], topic: string, cause: unknown): Error =>
  new Error(
    `Cannot ${type.toLowerCase()} topic ${topic}: ${cause instanceof Error ? cause.message : cause}`,
    { cause },
  );

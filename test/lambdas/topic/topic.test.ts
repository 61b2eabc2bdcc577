import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyTopic, type TopicAdmin, type TopicAnswer, TopicRequest } from '../../../lambdas/topic/topic.ts';
import { type Broker, kafkaClient, startBroker } from '../../../local/broker.ts';
import { recordingLog } from '../log.ts';

/** The topic's custom resource against a real broker: only how it signs in differs in the cloud. */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-topic-'));
let broker: Broker;
let observer: Admin;
beforeAll(async () => {
  broker = await startBroker(join(directory, 'kafka'));
  observer = kafkaClient(broker.bootstrap).admin();
  await observer.connect();
});
afterAll(async () => {
  await observer?.disconnect();
  await broker?.stop();
  rmSync(directory, { recursive: true, force: true });
});

type Kind = TopicRequest['RequestType'];
interface Asked {
  readonly topic: string;
  /** Of an update or a delete, the topic that is there; default the same. */
  readonly physicalId?: string;
  readonly partitions?: number;
  readonly settings?: Record<string, string>;
}

/** What CloudFormation sends, as far as the handler reads it. */
const request = (kind: Kind, { topic, physicalId = topic, partitions = 3, settings = {} }: Asked) =>
  TopicRequest.parse({
    RequestType: kind,
    RequestId: 'r1',
    ServiceToken: 'arn',
    ...(kind === 'Create' ? {} : { PhysicalResourceId: physicalId }),
    ResourceProperties: {
      ServiceToken: 'arn',
      brokers: broker.bootstrap,
      topic,
      partitions: String(partitions),
      replicationFactor: '1',
      settings,
    },
  });

const TIMEOUT_MS = 15_000;

async function apply(
  kind: Kind,
  asked: Asked,
  { admin = kafkaClient(broker.bootstrap).admin() as TopicAdmin, timeoutMs = TIMEOUT_MS } = {},
): Promise<{ answer: TopicAnswer; messages: string[] }> {
  const log = recordingLog();
  const answer = await applyTopic(request(kind, asked), { admin, log, timeoutMs });
  return { answer, messages: log.lines.map(({ level, message }) => `${level} ${message}`) };
}

const partitionsOf = async (topic: string): Promise<number> =>
  (await observer.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length ?? 0;
const settingOf = async (topic: string, name: string): Promise<string | undefined> => {
  const { resources } = await observer.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }],
  });
  return resources[0]?.configEntries[0]?.configValue;
};

test('create makes the topic with its partitions and settings; its name is its identity', async () => {
  const { answer } = await apply('Create', {
    topic: 'made',
    partitions: 3,
    settings: { 'max.message.bytes': '1048576', 'retention.ms': '604800000' },
  });
  expect(answer).toEqual({ PhysicalResourceId: 'made' });
  expect(await partitionsOf('made')).toBe(3);
  expect(await settingOf('made', 'max.message.bytes')).toBe('1048576');
  expect(await settingOf('made', 'retention.ms')).toBe('604800000');
});

test('a second create changes nothing: the answer of the first may have been lost', async () => {
  const asked = { topic: 'twice', partitions: 2, settings: { 'retention.ms': '3600000' } };
  const [first, second] = [await apply('Create', asked), await apply('Create', asked)];
  expect(second.answer).toEqual(first.answer);
  expect(second.messages).toContain('info The topic exists already; its settings stay');
  expect(await partitionsOf('twice')).toBe(2);
});

test('a topic that others made keeps its settings, and gets the partitions that it lacks', async () => {
  await observer.createTopics({
    topics: [
      {
        topic: 'theirs',
        numPartitions: 1,
        replicationFactor: 1,
        configEntries: [{ name: 'retention.ms', value: '1000000' }],
      },
    ],
    waitForLeaders: true,
  });
  await apply('Create', { topic: 'theirs', partitions: 2, settings: { 'retention.ms': '3600000' } });
  expect(await settingOf('theirs', 'retention.ms')).toBe('1000000');
  expect(await partitionsOf('theirs')).toBe(2);
});

test('update adds partitions and changes settings, and again changes nothing', async () => {
  await apply('Create', { topic: 'grows', partitions: 1, settings: { 'retention.ms': '3600000' } });
  for (let round = 0; round < 2; round++) {
    const { answer } = await apply('Update', {
      topic: 'grows',
      partitions: 4,
      settings: { 'retention.ms': '7200000' },
    });
    expect(answer).toEqual({ PhysicalResourceId: 'grows' });
    expect(await partitionsOf('grows')).toBe(4);
    expect(await settingOf('grows', 'retention.ms')).toBe('7200000');
  }
});

test('an update to another name makes that topic and leaves the old one, whose delete follows', async () => {
  await apply('Create', { topic: 'before' });
  const { answer } = await apply('Update', { topic: 'after', physicalId: 'before' });
  expect(answer).toEqual({ PhysicalResourceId: 'after' });
  expect(await partitionsOf('after')).toBe(3);
  expect(await observer.listTopics()).toContain('before');
});

test('delete removes the topic that CloudFormation names, and again is a success', async () => {
  await apply('Create', { topic: 'gone' });
  const first = await apply('Delete', { topic: 'renamed', physicalId: 'gone' });
  expect(first.answer).toEqual({ PhysicalResourceId: 'gone' });
  expect(await observer.listTopics()).not.toContain('gone');
  const second = await apply('Delete', { topic: 'gone' });
  expect(second.messages).toContain('info There is no such topic any more');
});

test('what the broker refuses is an error that names the topic', async () => {
  await expect(apply('Create', { topic: 'no such name!' })).rejects.toThrow(
    /^Cannot create topic no such name!: /,
  );
  await expect(apply('Create', { topic: 'wrong', settings: { 'retention.ms': 'for ever' } })).rejects.toThrow(
    /^Cannot create topic wrong: /,
  );
});

/** A client of brokers where nobody listens. */
const unreachable = (): TopicAdmin =>
  new Kafka({
    brokers: ['127.0.0.1:1'],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 500,
    retry: { retries: 0 },
  }).admin();

test('when the cluster is gone, delete succeeds and says so; create and update fail', async () => {
  const { answer, messages } = await apply('Delete', { topic: 'lost' }, { admin: unreachable() });
  expect(answer).toEqual({ PhysicalResourceId: 'lost' });
  expect(messages).toEqual(['warn The cluster does not answer; its topics are gone with it']);
  for (const kind of ['Create', 'Update'] as const)
    await expect(apply(kind, { topic: 'lost' }, { admin: unreachable() })).rejects.toThrow(
      `Cannot ${kind.toLowerCase()} topic lost: `,
    );
});

/** A client whose connection never comes about. */
const silent = (): TopicAdmin => ({
  ...kafkaClient(broker.bootstrap).admin(),
  connect: () => new Promise(() => undefined),
  disconnect: async () => undefined,
});

test('a cluster that does not answer is given up in time: an error for create, a success for delete', async () => {
  const options = { admin: silent(), timeoutMs: 50 };
  await expect(apply('Create', { topic: 'slow' }, options)).rejects.toThrow(
    'Cannot create topic slow: no answer within 0.05 s',
  );
  expect((await apply('Delete', { topic: 'slow' }, options)).answer).toEqual({ PhysicalResourceId: 'slow' });
});

test('a delete that the brokers refuse is an error, not taken for a cluster that is gone', async () => {
  const refusing: TopicAdmin = {
    ...kafkaClient(broker.bootstrap).admin(),
    deleteTopics: async () => {
      throw Object.assign(new Error('Not authorized'), { type: 'TOPIC_AUTHORIZATION_FAILED' });
    },
  };
  await expect(apply('Delete', { topic: 'kept' }, { admin: refusing })).rejects.toThrow(
    'Cannot delete topic kept: Not authorized',
  );
});

test('fewer partitions than there are: Kafka cannot remove any, the topic stays as it is, and that is told', async () => {
  await apply('Create', { topic: 'shrinks', partitions: 3 });
  const outcome = await apply('Update', { topic: 'shrinks', partitions: 1 }).catch((error: Error) => error);
  const told = outcome instanceof Error ? outcome.message : outcome.messages.join('\n');
  expect(told).toMatch(/more partitions|cannot remove/);
  expect(await partitionsOf('shrinks')).toBe(3);
});

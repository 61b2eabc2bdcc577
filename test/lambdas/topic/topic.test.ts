import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clusterHash, type Identity, writeIdentity } from '../../../lambdas/topic/identity.ts';
import { applyTopic, type TopicAdmin, type TopicAnswer, TopicRequest } from '../../../lambdas/topic/topic.ts';
import { type Broker, kafkaClient, startBroker } from '../../../local/pipeline/broker.ts';
import { recordingLog } from '../log.ts';

/** Tests the custom resource of the topic with a real broker. Only the sign-in differs in the cloud. */
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

const CLUSTER = 'arn:aws:kafka:eu-west-1:111122223333:cluster/shop/0a1b2c3d-1';
const identity = (origin: Identity['origin'], topic: string, clusterArn = CLUSTER): string =>
  writeIdentity({ origin, cluster: clusterHash(clusterArn), topic });

type Kind = TopicRequest['RequestType'];
interface Asked {
  readonly topic: string;
  /** The existing topic, for an update or a delete; by default the same topic, created by the stack. */
  readonly physicalId?: string;
  readonly clusterArn?: string;
  readonly partitions?: number;
  readonly settings?: Record<string, string>;
  /** The settings in the previous request, for an update; none by default. */
  readonly oldSettings?: Record<string, string>;
}

/** The parts of a request of CloudFormation that the handler reads. */
const request = (kind: Kind, asked: Asked) => {
  const { topic, clusterArn = CLUSTER, partitions = 3, settings = {}, oldSettings = {} } = asked;
  const properties = {
    ServiceToken: 'arn',
    clusterArn,
    brokers: broker.bootstrap,
    topic,
    partitions: String(partitions),
    replicationFactor: '1',
    settings,
  };
  return TopicRequest.parse({
    RequestType: kind,
    RequestId: 'r1',
    ServiceToken: 'arn',
    ...(kind === 'Create' ? {} : { PhysicalResourceId: asked.physicalId ?? identity('made', topic) }),
    ...(kind === 'Update' ? { OldResourceProperties: { ...properties, settings: oldSettings } } : {}),
    ResourceProperties: properties,
  });
};

const TIMEOUT_MS = 15_000;

async function apply(
  kind: Kind,
  asked: Asked,
  { admin = kafkaClient(broker.bootstrap).admin() as TopicAdmin, timeoutMs = TIMEOUT_MS, pauseMs = 20 } = {},
): Promise<{ answer: TopicAnswer; messages: string[] }> {
  const log = recordingLog();
  const answer = await applyTopic(request(kind, asked), { admin, log, timeoutMs, pauseMs });
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

test('create makes the topic with its partitions and settings, and its identity says so', async () => {
  const { answer } = await apply('Create', {
    topic: 'made',
    partitions: 3,
    settings: { 'max.message.bytes': '1048576', 'retention.ms': '604800000' },
  });
  expect(answer).toEqual({ PhysicalResourceId: identity('made', 'made') });
  expect(await partitionsOf('made')).toBe(3);
  expect(await settingOf('made', 'max.message.bytes')).toBe('1048576');
  expect(await settingOf('made', 'retention.ms')).toBe('604800000');
});

test('a second create changes nothing, because the answer of the first may have been lost', async () => {
  const asked = { topic: 'twice', partitions: 2, settings: { 'retention.ms': '3600000' } };
  await apply('Create', asked);
  const second = await apply('Create', { ...asked, partitions: 4 });
  // Its creator is unknown now, so the stack must not change it.
  expect(second.answer).toEqual({ PhysicalResourceId: identity('found', 'twice') });
  expect(second.messages).toContain(
    'info The topic exists already; its settings and partitions are not changed',
  );
  expect(await partitionsOf('twice')).toBe(2);
});

/** The settings of a topic of someone else. */
const THEIRS = { 'retention.ms': '1000000', 'cleanup.policy': 'compact' };
const OURS = { 'retention.ms': '3600000', 'max.message.bytes': '1048576' };
async function makeTheirs(topic: string): Promise<void> {
  const configEntries = Object.entries(THEIRS).map(([name, value]) => ({ name, value }));
  const topics = [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }];
  await observer.createTopics({ topics, waitForLeaders: true });
}
async function expectTheirs(topic: string): Promise<void> {
  expect(await observer.listTopics()).toContain(topic);
  expect(await partitionsOf(topic)).toBe(1);
  for (const [name, value] of Object.entries(THEIRS)) expect(await settingOf(topic, name)).toBe(value);
}

test('create, update and delete do not change a topic of someone else', async () => {
  await makeTheirs('theirs');
  const { answer } = await apply('Create', { topic: 'theirs', partitions: 2, settings: OURS });
  expect(answer).toEqual({ PhysicalResourceId: identity('found', 'theirs') });
  const physicalId = answer.PhysicalResourceId;
  const settings = { ...OURS, 'retention.ms': '7200000' };
  const more = { topic: 'theirs', physicalId, partitions: 4, settings, oldSettings: OURS };
  expect((await apply('Update', more)).answer).toEqual(answer);
  expect((await apply('Delete', more)).answer).toEqual(answer);
  await expectTheirs('theirs');
});

test('a topic with an identity of an old version, a name alone, is not changed', async () => {
  await makeTheirs('before-origins');
  const asked = { topic: 'before-origins', physicalId: 'before-origins', partitions: 4, settings: OURS };
  const { answer } = await apply('Update', asked);
  expect(answer).toEqual({ PhysicalResourceId: identity('found', 'before-origins') });
  // CloudFormation treats the new identity as another topic, and requests the deletion of the old one.
  const { messages } = await apply('Delete', asked);
  expect(messages).toEqual([
    'info The topic is not deleted: the stack has no record of creating it on this cluster',
  ]);
  await expectTheirs('before-origins');
});

test('update adds partitions and changes settings; a repeat changes nothing', async () => {
  const oldSettings = { 'retention.ms': '3600000' };
  await apply('Create', { topic: 'grows', partitions: 1, settings: oldSettings });
  for (let round = 0; round < 2; round++) {
    const settings = { 'retention.ms': '7200000' };
    const { answer } = await apply('Update', { topic: 'grows', partitions: 4, settings, oldSettings });
    expect(answer).toEqual({ PhysicalResourceId: identity('made', 'grows') });
    // A broker's metadata are a few milliseconds later than the controller's.
    await expect.poll(() => partitionsOf('grows')).toBe(4);
    await expect.poll(() => settingOf('grows', 'retention.ms')).toBe('7200000');
  }
});

test('an update keeps settings of others, and removes those that are no longer requested', async () => {
  const topic = 'shared';
  const oldSettings = { 'retention.ms': '3600000', 'max.message.bytes': '1048576' };
  await apply('Create', { topic, settings: oldSettings });
  const byOthers = { ...oldSettings, 'retention.ms': '5000000', 'cleanup.policy': 'compact' };
  const configEntries = Object.entries(byOthers).map(([name, value]) => ({ name, value }));
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }];
  await observer.alterConfigs({ validateOnly: false, resources });

  await apply('Update', { topic, partitions: 4, settings: oldSettings, oldSettings });
  expect(await settingOf(topic, 'retention.ms'), 'not asked to change').toBe('5000000');

  await apply('Update', { topic, settings: { 'retention.ms': '7200000' }, oldSettings });
  await expect.poll(() => settingOf(topic, 'retention.ms')).toBe('7200000');
  expect(await settingOf(topic, 'cleanup.policy')).toBe('compact');
  await expect.poll(() => settingOf(topic, 'max.message.bytes')).not.toBe('1048576');
});

test('an update to another name creates that topic and keeps the old one, whose delete follows', async () => {
  await apply('Create', { topic: 'before' });
  const { answer } = await apply('Update', { topic: 'after', physicalId: identity('made', 'before') });
  expect(answer).toEqual({ PhysicalResourceId: identity('made', 'after') });
  expect(await partitionsOf('after')).toBe(3);
  expect(await observer.listTopics()).toContain('before');
});

test('on a new cluster an update creates the topic with another identity; an existing topic there belongs to someone else', async () => {
  const clusterArn = `${CLUSTER.slice(0, -1)}2`;
  const asked = { topic: 'moves', clusterArn, physicalId: identity('made', 'moves'), partitions: 2 };
  const first = await apply('Update', asked);
  expect(first.answer).toEqual({ PhysicalResourceId: identity('made', 'moves', clusterArn) });
  expect(await partitionsOf('moves')).toBe(2);
  const second = await apply('Update', { ...asked, partitions: 4 });
  expect(second.answer).toEqual({ PhysicalResourceId: identity('found', 'moves', clusterArn) });
  expect(await partitionsOf('moves')).toBe(2);
});

test('an update creates a topic that does not exist any more, as the stack’s own', async () => {
  const { answer } = await apply('Update', { topic: 'again', physicalId: identity('found', 'again') });
  expect(answer).toEqual({ PhysicalResourceId: identity('made', 'again') });
  expect(await partitionsOf('again')).toBe(3);
});

test('delete removes the topic that CloudFormation names; a repeat succeeds', async () => {
  await apply('Create', { topic: 'gone' });
  const physicalId = identity('made', 'gone');
  const first = await apply('Delete', { topic: 'renamed', physicalId });
  expect(first.answer).toEqual({ PhysicalResourceId: physicalId });
  // A broker may list a topic for a moment after its deletion was answered.
  await expect.poll(() => observer.listTopics(), { timeout: 10_000 }).not.toContain('gone');
  const second = await apply('Delete', { topic: 'gone' });
  expect(second.messages).toContain('info The topic does not exist any more');
});

test('delete does not remove a topic of the same name on another cluster', async () => {
  await apply('Create', { topic: 'elsewhere' });
  await apply('Delete', { topic: 'elsewhere', clusterArn: `${CLUSTER}-other` });
  expect(await observer.listTopics()).toContain('elsewhere');
});

/** Records its calls, and answers that the topic exists. */
function fakeAdmin() {
  const calls: string[] = [];
  const called =
    <Answer>(name: string, answer: Answer) =>
    async () => {
      calls.push(name);
      return answer;
    };
  const admin = {
    connect: called('connect', undefined),
    disconnect: called('disconnect', undefined),
    createTopics: called('createTopics', false),
    createPartitions: called('createPartitions', true),
    fetchTopicMetadata: called('fetchTopicMetadata', { topics: [] }),
    describeConfigs: called('describeConfigs', { resources: [], throttleTime: 0 }),
    alterConfigs: called('alterConfigs', undefined),
    deleteTopics: called('deleteTopics', undefined),
  } satisfies TopicAdmin;
  return { admin, calls };
}

test('for a found topic the only request is the attempt to create it, and its delete makes none', async () => {
  const asked = { topic: 'theirs', physicalId: identity('found', 'theirs'), partitions: 9, settings: OURS };
  for (const kind of ['Create', 'Update'] as const) {
    const { admin, calls } = fakeAdmin();
    await apply(kind, asked, { admin });
    expect(calls, kind).toEqual(['connect', 'createTopics', 'disconnect']);
  }
  const { admin, calls } = fakeAdmin();
  await apply('Delete', asked, { admin });
  expect(calls).toEqual([]);
});

test('a refusal of the broker is an error that names the topic', async () => {
  await expect(apply('Create', { topic: 'no such name!' })).rejects.toThrow(
    /^Cannot create topic no such name!: /,
  );
  await expect(apply('Create', { topic: 'wrong', settings: { 'retention.ms': 'for ever' } })).rejects.toThrow(
    /^Cannot create topic wrong: /,
  );
});

/** A client of brokers that do not exist. */
const unreachable = (): TopicAdmin =>
  new Kafka({
    brokers: ['127.0.0.1:1'],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 500,
    retry: { retries: 0 },
  }).admin();

test('if the cluster does not exist, delete succeeds and logs it; create and update fail', async () => {
  const { answer, messages } = await apply('Delete', { topic: 'lost' }, { admin: unreachable() });
  expect(answer).toEqual({ PhysicalResourceId: identity('made', 'lost') });
  expect(messages).toEqual([
    'warn The cluster does not answer; it is assumed to be deleted, with its topics',
  ]);
  for (const kind of ['Create', 'Update'] as const)
    await expect(apply(kind, { topic: 'lost' }, { admin: unreachable() })).rejects.toThrow(
      `Cannot ${kind.toLowerCase()} topic lost: `,
    );
});

/** A client that never connects. */
const silent = (): TopicAdmin => ({
  ...kafkaClient(broker.bootstrap).admin(),
  connect: () => new Promise(() => undefined),
  disconnect: async () => undefined,
});

test('if the cluster does not answer in time, create fails and delete succeeds', async () => {
  const options = { admin: silent(), timeoutMs: 50 };
  await expect(apply('Create', { topic: 'slow' }, options)).rejects.toThrow(
    'Cannot create topic slow: no answer within 0.05 s',
  );
  expect((await apply('Delete', { topic: 'slow' }, options)).answer).toEqual({
    PhysicalResourceId: identity('made', 'slow'),
  });
});

test('if the cluster refuses the sign-in, delete succeeds and create fails', async () => {
  const refusing: TopicAdmin = {
    ...fakeAdmin().admin,
    connect: async () => {
      throw Object.assign(new Error('Access denied'), { name: 'KafkaJSSASLAuthenticationError' });
    },
  };
  expect((await apply('Delete', { topic: 'left' }, { admin: refusing })).messages).toEqual([
    'warn The cluster does not accept the stack’s sign-in any more; the topic is left to the owner of the cluster',
  ]);
  await expect(apply('Create', { topic: 'left' }, { admin: refusing, timeoutMs: 200 })).rejects.toThrow(
    'Access denied',
  );
});

/** Fails the first calls of one request with the given fault, and then passes the calls on to a real broker. */
function failingFirst(
  name: 'connect' | 'createTopics' | 'fetchTopicMetadata',
  times: number,
  fault: () => Error,
) {
  const admin: TopicAdmin = kafkaClient(broker.bootstrap).admin();
  const calls: string[] = [];
  const call = admin[name] as (...args: unknown[]) => Promise<never>;
  const failing = async (...args: unknown[]): Promise<never> => {
    calls.push(name);
    if (calls.length <= times) throw fault();
    return call(...args);
  };
  return { admin: { ...admin, [name]: failing } as TopicAdmin, calls };
}
const withType = (type: string) => () => Object.assign(new Error(type), { type });
const refusedSignIn = () =>
  Object.assign(new Error('Access denied'), { name: 'KafkaJSSASLAuthenticationError' });

test.each([
  ['the sign-in, while the permissions of the role spread', 'connect', refusedSignIn],
  [
    'the request, while the permissions of the role spread',
    'createTopics',
    withType('TOPIC_AUTHORIZATION_FAILED'),
  ],
  [
    'the new topic, which the broker does not know yet',
    'fetchTopicMetadata',
    withType('UNKNOWN_TOPIC_OR_PARTITION'),
  ],
  ['the new topic, which has no leaders yet', 'fetchTopicMetadata', withType('LEADER_NOT_AVAILABLE')],
] as const)(
  'if the cluster refuses %s, create tries again and remembers that it made the topic',
  async (_, name, fault) => {
    const topic = `patient-${name}-${fault().message.replace(/\W/g, '')}`;
    const { admin, calls } = failingFirst(name, 3, fault);
    const { answer } = await apply('Create', { topic }, { admin });
    expect(calls.length).toBeGreaterThan(3);
    expect(answer).toEqual({ PhysicalResourceId: identity('made', topic) });
    expect(await partitionsOf(topic)).toBe(3);
  },
);

test('a topic whose leaders do not come in time is created nevertheless, with a warning', async () => {
  const { admin } = failingFirst('fetchTopicMetadata', 1_000, withType('UNKNOWN_TOPIC_OR_PARTITION'));
  const { answer, messages } = await apply('Create', { topic: 'leaderless' }, { admin, timeoutMs: 2_000 });
  expect(answer).toEqual({ PhysicalResourceId: identity('made', 'leaderless') });
  expect(messages).toContain('warn The topic was created, but some of its partitions have no leader yet');
});

test.each([
  ['is never answered', () => new Promise<never>(() => undefined)],
  ['fails', () => Promise.reject(new Error('connection reset'))],
])(
  'a topic is created nevertheless if the request for its leaders %s',
  async (_fault, fetchTopicMetadata) => {
    const topic = `created-${_fault.replaceAll(' ', '-')}`;
    const admin = { ...kafkaClient(broker.bootstrap).admin(), fetchTopicMetadata };
    const { answer, messages } = await apply('Create', { topic }, { admin, timeoutMs: 3_000 });
    expect(answer).toEqual({ PhysicalResourceId: identity('made', topic) });
    expect(messages).toContain('warn The topic was created, but its leaders cannot be read');
  },
);

test('a delete that the brokers refuse is an error', async () => {
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

test('an update to fewer partitions keeps the topic, and says that Kafka cannot remove partitions', async () => {
  await apply('Create', { topic: 'shrinks', partitions: 3 });
  const outcome = await apply('Update', { topic: 'shrinks', partitions: 1 }).catch((error: Error) => error);
  const reported = outcome instanceof Error ? outcome.message : outcome.messages.join('\n');
  expect(reported).toMatch(/more partitions|cannot remove/);
  expect(await partitionsOf('shrinks')).toBe(3);
});

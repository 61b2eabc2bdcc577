import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { eventually, freePort, startChild } from '../process/child.ts';
import { KAFKA_JARS } from '../process/paths.ts';

export interface Broker {
  /** host:port */
  readonly bootstrap: string;
  readonly clusterId: string;
  /** Resolves with a sentence when the broker has ended, for any reason; absent if it runs elsewhere. */
  readonly ended?: Promise<string>;
  stop(): Promise<void>;
}

export interface BrokerOptions {
  /** Broker settings that add to those of this project, or replace them. */
  readonly properties?: Readonly<Record<string, string | number>>;
  /** Aborts the start. */
  readonly signal?: AbortSignal;
}

const START_SECONDS = 60;
const ANSWER_SECONDS = 15;
/** With a small heap, the serial collector and only the quick compiler, the broker starts in half the time. */
const JVM_OPTIONS = [
  '-Xmx256m',
  '-Xms128m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xshare:auto',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
];

/**
 * Starts one KRaft broker and controller on this machine.
 *
 * @param directory For the broker's log and metadata; those of an earlier broker are used again.
 * @throws {Error} With the end of its log, if it ends before it answers or does not answer within 60 s.
 */
export async function startBroker(
  directory: string,
  { properties: overrides = {}, signal }: BrokerOptions = {},
): Promise<Broker> {
  const [port, controllerPort] = [await freePort(), await freePort()];
  mkdirSync(directory, { recursive: true });
  const properties = join(directory, 'server.properties');
  const settings = serverProperties({ port, controllerPort, logDirectory: join(directory, 'log') });
  writeFileSync(properties, propertyLines({ ...settings, ...overrides }));
  if (!existsSync(join(directory, 'log', 'meta.properties'))) await format(properties, signal);
  const child = startChild({
    name: 'the Kafka broker',
    command: 'java',
    args: [...JVM_OPTIONS, '-cp', `${KAFKA_JARS}/*`, 'kafka.Kafka', properties],
    logPath: join(directory, 'broker.log'),
    pidPath: join(directory, 'broker.pid'),
  });
  const bootstrap = `127.0.0.1:${port}`;
  try {
    const clusterId = await child.until(
      (ended) => eventually(() => readClusterId(bootstrap), ended),
      START_SECONDS,
      signal,
    );
    return { bootstrap, clusterId, ended: child.ended, stop: () => child.stop() };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/**
 * Looks for a broker that runs elsewhere, and that may have just opened its port.
 *
 * @throws {Error} The reason, if it does not answer within `seconds`, or once the signal is aborted.
 */
export async function brokerAt(
  bootstrap: string,
  signal?: AbortSignal,
  seconds = ANSWER_SECONDS,
): Promise<Broker> {
  const limit = AbortSignal.timeout(seconds * 1000);
  const clusterId = await eventually(
    () => readClusterId(bootstrap),
    signal ? AbortSignal.any([limit, signal]) : limit,
  ).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    // Once more, for its reason.
    return readClusterId(bootstrap);
  });
  return { bootstrap, clusterId, stop: async () => undefined };
}

/**
 * Makes a client of the broker, without the log lines in which kafkajs reports its retries.
 *
 * @param patience How long it waits and how often it tries again, if that differs from the other clients.
 */
export const kafkaClient = (bootstrap: string, patience: Partial<KafkaConfig> = {}): Kafka =>
  new Kafka({
    clientId: 'cartograph',
    brokers: [bootstrap],
    logLevel: logLevel.NOTHING,
    retry: { retries: 8 },
    ...patience,
  });

/** Creates the topic unless it exists, and waits until every partition has a leader. */
export async function createTopic(bootstrap: string, topic: string, partitions: number): Promise<void> {
  const admin = kafkaClient(bootstrap).admin();
  await admin.connect();
  try {
    await admin.createTopics({
      topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }],
      waitForLeaders: true,
    });
  } finally {
    await admin.disconnect();
  }
}

/** @throws {Error} If the broker does not answer within a second; there are no retries. */
export async function readClusterId(bootstrap: string): Promise<string> {
  const kafka = new Kafka({
    brokers: [bootstrap],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    connectionTimeout: 1000,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).clusterId;
  } finally {
    await admin.disconnect();
  }
}

const serverProperties = ({
  port,
  controllerPort,
  logDirectory,
}: {
  readonly port: number;
  readonly controllerPort: number;
  readonly logDirectory: string;
}): Readonly<Record<string, string | number | boolean>> => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'log.dirs': logDirectory,
  'auto.create.topics.enable': false,
  'group.initial.rebalance.delay.ms': 0,
  'offsets.topic.num.partitions': 1,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  // Kafka measures age by the records' timestamps. Its default of seven days would delete older sales before they are read.
  'log.retention.ms': -1,
  'log.retention.bytes': -1,
});

const propertyLines = (properties: Readonly<Record<string, unknown>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

async function format(properties: string, signal?: AbortSignal): Promise<void> {
  const tool = [...JVM_OPTIONS, '-cp', `${KAFKA_JARS}/*`, 'kafka.tools.StorageTool'];
  const run = (...args: readonly string[]) =>
    promisify(execFile)('java', [...tool, ...args], signal ? { signal } : {});
  const { stdout } = await run('random-uuid');
  await run('format', '-t', stdout.trim().split('\n').at(-1) ?? '', '-c', properties);
}
